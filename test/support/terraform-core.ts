// One resource instance in a Terraform that does nothing but hold the provider to the protocol:
// every answer is checked as core checks it, over real wire bytes. What core would call a bug of
// the provider is thrown.
import type {
  Diagnostic,
  DynamicValue,
  ReadResource_Response,
  Schema_Block,
} from '../../provider/terraform/protocol/generated/tfplugin6';
import { Diagnostic_Severity } from '../../provider/terraform/protocol/generated/tfplugin6';
import type { ResourceMethods } from '../../provider/terraform/resources/resource-methods';
import type { ResourceFace } from '../../provider/terraform/schema/resource-face';
import { conform } from '../../provider/terraform/values/conform';
import { decodeValue, encodeValue } from '../../provider/terraform/values/dynamic-value';
import type { TfObject, TfValue } from '../../provider/terraform/values/tf-value';
import { isTfObject, isUnknown } from '../../provider/terraform/values/tf-value';
import {
  blockOf,
  completeBlock,
  completionErrors,
  formErrors,
  isSameObject,
  planErrors,
  proposedNew,
  typeOfAttribute,
} from './terraform-core-checks';
import { isSameValue } from '../../provider/terraform/values/same-value';

/** What the state holds of a resource. */
export interface HeldState {
  readonly value: TfObject;
  readonly private: Uint8Array;
  readonly isTainted: boolean;
}

/** What a plan comes to. */
export type Action = 'none' | 'create' | 'update' | 'replace' | 'delete';

/** A plan as core keeps it until the apply. */
export interface PlannedChange {
  readonly action: Action;
  readonly config: TfObject | null;
  readonly planned: TfObject | null;
  readonly plannedPrivate: Uint8Array;
  /** Attributes that ask for a replacement. */
  readonly replaces: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

const capabilities = { deferralAllowed: false, writeOnlyAttributesAllowed: true };
const call = { signal: new AbortController().signal };

/** Thrown where the user's configuration is refused. */
export class Refused extends Error {
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map(({ summary, detail }) => `${summary}: ${detail}`).join('\n'));
    this.diagnostics = diagnostics;
  }
}

/** One resource instance. */
export class TerraformCore {
  held: HeldState | null = null;
  /** What the provider has told so far, errors and warnings. */
  readonly told: Diagnostic[] = [];
  readonly #face: ResourceFace;
  readonly #block: Schema_Block;
  readonly #methods: ResourceMethods;

  constructor(face: ResourceFace, methods: ResourceMethods) {
    this.#face = face;
    this.#block = blockOf(face.schema);
    this.#methods = methods;
  }

  /** The state's values; throws where there is no state. */
  get value(): TfObject {
    if (!this.held) throw new Error('there is no state');
    return this.held.value;
  }

  /** Plans `written` without refreshing first. Throws Refused. */
  async plan(written: TfObject | null): Promise<PlannedChange> {
    const { held } = this;
    if (written === null) return this.#planRemoval(held);
    const config = completeBlock(this.#block, written);
    await this.#validate(config);
    const prior = held && !held.isTainted ? held.value : null;
    const first = await this.#planOnce(config, prior, held?.private ?? new Uint8Array(0));
    bugs('invalid plan', planErrors(this.#block, { prior, config, ...first }));
    if (!prior) {
      const action = held ? 'replace' : 'create';
      return { action, config, ...first, replaces: [] };
    }
    const replaces = first.replaces.filter((name) => this.#differs(name, prior, first.planned));
    if (replaces.length > 0) {
      const second = await this.#planOnce(config, null, first.plannedPrivate);
      return { action: 'replace', config, ...second, replaces };
    }
    const isSame = isSameObject(this.#block, prior, first.planned);
    return { action: isSame ? 'none' : 'update', config, ...first, replaces };
  }

  /**
   * Does what was planned. Returns the errors of the provider, after which `held` is what is there.
   * `config` is the configuration as it is once all is known.
   */
  async apply(change: PlannedChange, config = change.config): Promise<readonly Diagnostic[]> {
    if (change.action === 'none') return [];
    if (change.action === 'delete' || change.action === 'replace') {
      const errors = await this.#remove(change.action === 'delete' ? change : null);
      if (errors.length > 0 || change.action === 'delete') return errors;
    }
    if (!config) throw new Error('nothing to apply');
    return this.#applyValues(change, completeBlock(this.#block, config));
  }

  /** Plans and applies; throws where either fails. */
  async converge(written: TfObject | null): Promise<Action> {
    const change = await this.plan(written);
    const errors = await this.apply(change);
    if (errors.length > 0) throw new Refused(errors);
    return change.action;
  }

  /** Reads the resource; a state of a thing that is gone becomes none. Returns the remarks. */
  async refresh(): Promise<readonly Diagnostic[]> {
    if (!this.held) return [];
    const { value, isTainted } = this.held;
    const upgraded = await this.#methods.upgrade(
      {
        typeName: this.#face.typeName,
        version: this.#face.schema.version,
        rawState: { json: Buffer.from(jsonOf(value)), flatmap: {} },
      },
      call,
    );
    refuse(upgraded.diagnostics);
    const current = objectOf(this.#decode(upgraded.upgradedState));
    if (!isSameObject(this.#block, current, value)) bugs('upgrade', ['a value changed']);
    const answer = await this.#methods.read(
      {
        typeName: this.#face.typeName,
        currentState: encodeValue(current),
        private: this.held.private,
        providerMeta: undefined,
        clientCapabilities: capabilities,
        currentIdentity: undefined,
      },
      call,
    );
    this.told.push(...answer.diagnostics);
    refuse(answer.diagnostics);
    this.#keep(answer, isTainted);
    return answer.diagnostics;
  }

  /** Imports what `id` means, and refreshes as core does. */
  async import(id: string): Promise<void> {
    const answer = await this.#methods.import(
      { typeName: this.#face.typeName, id, clientCapabilities: capabilities, identity: undefined },
      call,
    );
    refuse(answer.diagnostics);
    const [imported] = answer.importedResources;
    if (!imported) throw new Error('nothing was imported');
    this.#keep({ newState: imported.state, private: imported.private }, false);
    await this.refresh();
  }

  #keep(answer: Pick<ReadResource_Response, 'newState' | 'private'>, isTainted: boolean): void {
    const value = this.#decode(answer.newState);
    if (value === null) {
      this.held = null;
      return;
    }
    this.#checkState(value);
    this.held = { value: objectOf(value), private: answer.private, isTainted };
  }

  /** As core decodes: a number is a number, in whatever form it came. */
  #decode(value: DynamicValue | undefined): TfValue {
    const { attributes, blockTypes } = this.#block;
    const decoded = decodeValue(value);
    if (!isTfObject(decoded)) return decoded;
    const whole: Record<string, TfValue> = { ...decoded };
    for (const attribute of attributes) {
      const { name } = attribute;
      if (name in whole) whole[name] = conform(whole[name] ?? null, typeOfAttribute(attribute));
    }
    bugs('schema', blockTypes.length > 1 ? ['more blocks than timeouts'] : []);
    return whole;
  }

  #checkState(value: TfValue): void {
    bugs('invalid object', formErrors(this.#block, value));
    if (isUnknown(value)) bugs('invalid object', ['not all values are known']);
    const secret = this.#block.attributes.filter(({ writeOnly }) => writeOnly);
    const kept = secret.filter(({ name }) => objectOf(value)[name] !== null);
    bugs(
      'write-only',
      kept.map(({ name }) => `${name} is in the state`),
    );
  }

  async #validate(config: TfObject): Promise<void> {
    const request = {
      typeName: this.#face.typeName,
      config: encodeValue(config),
      clientCapabilities: capabilities,
    };
    refuse((await this.#methods.validate(request, call)).diagnostics);
  }

  async #planOnce(config: TfObject, prior: TfObject | null, priorPrivate: Uint8Array) {
    const proposed = proposedNew(this.#block, prior, config);
    const answer = await this.#methods.plan(
      {
        typeName: this.#face.typeName,
        priorState: encodeValue(prior),
        proposedNewState: encodeValue(proposed),
        config: encodeValue(config),
        priorPrivate,
        providerMeta: undefined,
        clientCapabilities: capabilities,
        priorIdentity: undefined,
      },
      call,
    );
    this.told.push(...answer.diagnostics);
    refuse(answer.diagnostics);
    const planned = this.#decode(answer.plannedState);
    bugs('invalid plan', formErrors(this.#block, planned));
    const replaces = answer.requiresReplace.map(({ steps }) => steps[0]?.attributeName ?? '');
    return {
      planned: objectOf(planned),
      plannedPrivate: answer.plannedPrivate,
      replaces,
      diagnostics: answer.diagnostics,
    };
  }

  async #planRemoval(held: HeldState | null): Promise<PlannedChange> {
    const none = { config: null, planned: null, replaces: [], diagnostics: [] };
    if (!held) return { ...none, action: 'none', plannedPrivate: new Uint8Array(0) };
    const answer = await this.#methods.plan(
      {
        typeName: this.#face.typeName,
        priorState: encodeValue(held.value),
        proposedNewState: encodeValue(null),
        config: encodeValue(null),
        priorPrivate: held.private,
        providerMeta: undefined,
        clientCapabilities: capabilities,
        priorIdentity: undefined,
      },
      call,
    );
    refuse(answer.diagnostics);
    if (this.#decode(answer.plannedState) !== null)
      bugs('invalid plan', ['a removal plans values']);
    return { ...none, action: 'delete', plannedPrivate: answer.plannedPrivate };
  }

  async #remove(change: PlannedChange | null): Promise<readonly Diagnostic[]> {
    const { held } = this;
    const planned = change ?? (await this.#planRemoval(held));
    if (!held) return [];
    const answer = await this.#methods.apply(
      {
        typeName: this.#face.typeName,
        priorState: encodeValue(held.value),
        plannedState: encodeValue(null),
        config: encodeValue(null),
        plannedPrivate: planned.plannedPrivate,
        providerMeta: undefined,
        plannedIdentity: undefined,
      },
      call,
    );
    this.told.push(...answer.diagnostics);
    const errors = errorsOf(answer.diagnostics);
    this.#keep(answer, held.isTainted);
    if (errors.length === 0 && this.held) bugs('removal', ['it left a state without an error']);
    return errors;
  }

  /** Core plans once more before it applies: by then all is known. */
  async #applyValues(change: PlannedChange, config: TfObject): Promise<readonly Diagnostic[]> {
    const prior = change.action === 'update' ? this.value : null;
    const before = change.action === 'update' ? (this.held?.private ?? new Uint8Array(0)) : null;
    const final = await this.#planOnce(config, prior, before ?? new Uint8Array(0));
    bugs(
      'inconsistent final plan',
      completionErrors(this.#block, objectOf(change.planned), final.planned),
    );
    const answer = await this.#methods.apply(
      {
        typeName: this.#face.typeName,
        priorState: encodeValue(prior),
        plannedState: encodeValue(final.planned),
        config: encodeValue(config),
        plannedPrivate: final.plannedPrivate,
        providerMeta: undefined,
        plannedIdentity: undefined,
      },
      call,
    );
    this.told.push(...answer.diagnostics);
    const errors = errorsOf(answer.diagnostics);
    this.#keep(answer, errors.length > 0 && prior === null);
    if (errors.length > 0) return errors;
    bugs('inconsistent result', completionErrors(this.#block, final.planned, this.value));
    return [];
  }

  #differs(name: string, prior: TfObject, planned: TfObject): boolean {
    const attribute = this.#block.attributes.find((one) => one.name === name);
    if (!attribute) throw new Error(`a replacement is asked for by ${name}, which there is not`);
    const type = typeOfAttribute(attribute);
    return !isSameValue(prior[name] ?? null, planned[name] ?? null, type);
  }
}

function objectOf(value: TfValue): TfObject {
  if (isTfObject(value)) return value;
  throw new Error('the provider gave no object');
}

function jsonOf(value: TfObject): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'bigint' ? inner.toString() : inner,
  );
}

function errorsOf(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return diagnostics.filter(({ severity }) => severity === Diagnostic_Severity.ERROR);
}

function refuse(diagnostics: readonly Diagnostic[]): void {
  const errors = errorsOf(diagnostics);
  if (errors.length > 0) throw new Refused(errors);
}

function bugs(what: string, errors: readonly string[]): void {
  if (errors.length > 0) throw new Error(`Provider bug, ${what}: ${errors.join('; ')}`);
}
