// The life of a resource as Terraform asks for it: each method decodes, decides, acts and encodes.
// Invariant: no method throws; a failure is a diagnostic beside whatever state is true, and what
// the user should know comes with the call that it is about.
import type {
  ApplyResourceChange_Request,
  ApplyResourceChange_Response,
  ImportResourceState_Request,
  ImportResourceState_Response,
  MoveResourceState_Request,
  MoveResourceState_Response,
  PlanResourceChange_Request,
  PlanResourceChange_Response,
  ReadResource_Request,
  ReadResource_Response,
  UpgradeResourceIdentity_Request,
  UpgradeResourceIdentity_Response,
  UpgradeResourceState_Request,
  UpgradeResourceState_Response,
  ValidateResourceConfig_Request,
  ValidateResourceConfig_Response,
} from '../protocol/generated/tfplugin6';
import type { Call } from '../protocol/methods';
import type { ResourceFace } from '../schema/resource-face';
import { decodeState, decodeValue, encodeValue } from '../values/dynamic-value';
import type { TfObject, TfValue } from '../values/tf-value';
import { isTfObject, objectOf } from '../values/tf-value';
import { applyResource, removeResource } from './apply';
import { identityId, identityOf } from './identity';
import { importResource } from './import';
import type { Life } from './life';
import { memoryBytes, memoryOf } from './memory';
import { movedResource } from './move';
import { planAnswer } from './plan-answer';
import { failed, warned } from './problems';
import { readResource } from './read';
import { reporting } from './reporting';
import { upgradedState } from './upgrade';
import { blockProblems } from './validate';

const nothing = new Uint8Array(0);
const unwell = { summary: 'Not in working order' };

/** What Terraform may ask about resources of one type. */
export interface ResourceMethods {
  validate(
    request: ValidateResourceConfig_Request,
    call: Call,
  ): Promise<ValidateResourceConfig_Response>;
  plan(request: PlanResourceChange_Request, call: Call): Promise<PlanResourceChange_Response>;
  apply(request: ApplyResourceChange_Request, call: Call): Promise<ApplyResourceChange_Response>;
  read(request: ReadResource_Request, call: Call): Promise<ReadResource_Response>;
  import(request: ImportResourceState_Request, call: Call): Promise<ImportResourceState_Response>;
  upgrade(
    request: UpgradeResourceState_Request,
    call: Call,
  ): Promise<UpgradeResourceState_Response>;
  move(request: MoveResourceState_Request, call: Call): Promise<MoveResourceState_Response>;
  upgradeIdentity(
    request: UpgradeResourceIdentity_Request,
    call: Call,
  ): Promise<UpgradeResourceIdentity_Response>;
}

/** The methods of one type of resource. They share `life` with all others of the process. */
export function resourceMethods(face: ResourceFace, life: Life): ResourceMethods {
  const given: Given = { face, life };
  return {
    validate: (request) => validate(given, request),
    plan: (request, call) => planAnswer(given, request, call),
    apply: (request, call) => apply(given, request, call),
    read: (request, call) => read(given, request, call),
    import: (request, call) => importState(given, request, call),
    upgrade: (request) => upgrade(given, request),
    move: (request) => move(given, request),
    upgradeIdentity: (request) => upgradeIdentity(given, request),
  };
}

interface Given {
  readonly face: ResourceFace;
  readonly life: Life;
}

async function validate({ face }: Given, { config }: ValidateResourceConfig_Request) {
  const { value, diagnostics } = await reporting(face, 'plan', async () =>
    blockProblems(face, objectOf(decodeValue(config))),
  );
  return { diagnostics: [...diagnostics, ...(value ?? [])] };
}

async function apply(
  { face, life }: Given,
  request: ApplyResourceChange_Request,
  call: Call,
): Promise<ApplyResourceChange_Response> {
  const prior = objectOrNull(decodeValue(request.priorState));
  const planned = objectOrNull(decodeValue(request.plannedState));
  const memory = memoryOf(request.plannedPrivate);
  const verb = planned === null ? 'remove' : prior === null ? 'create' : 'update';
  const { value, diagnostics } = await reporting(face, verb, async (warn) => {
    const session = await life.open(call, warn);
    if (planned === null) {
      if (prior) await removeResource(face, session, { prior, memory });
      return { kept: null, warnings: [], error: null };
    }
    const config = objectOf(decodeValue(request.config));
    const originOf = (name: string) => life.originOf(face.typeName, name);
    const acting = { session, originOf, journal: life.journal };
    return applyResource(face, acting, { config, planned, prior, memory });
  });
  if (value === null) {
    return {
      newState: encodeValue(prior),
      private: request.plannedPrivate,
      newIdentity: identityOf(prior),
      diagnostics,
    };
  }
  const { kept, error } = value;
  return {
    newState: encodeValue(kept?.state ?? null),
    private: kept ? memoryBytes(kept.memory) : nothing,
    newIdentity: identityOf(kept?.state ?? null),
    diagnostics: [
      ...diagnostics,
      ...value.warnings.map((text) => warned(face, text, { summary: 'Other value kept' })),
      ...(error === null ? [] : [failed(face, verb, error)]),
    ],
  };
}

async function read(
  { face, life }: Given,
  request: ReadResource_Request,
  call: Call,
): Promise<ReadResource_Response> {
  const state = objectOf(decodeValue(request.currentState));
  const memory = memoryOf(request.private);
  await life.journal?.confirm(state['id']);
  const { value, diagnostics, isDone } = await reporting(face, 'read', async (warn) =>
    readResource(face, await life.open(call, warn), { state, memory }),
  );
  const kept = isDone ? value : { state, memory, warnings: [] };
  return {
    newState: encodeValue(kept?.state ?? null),
    private: kept ? memoryBytes(kept.memory) : nothing,
    newIdentity: identityOf(kept?.state ?? null),
    diagnostics: [
      ...diagnostics,
      ...(kept?.warnings ?? []).map((text) => warned(face, text, unwell)),
    ],
  };
}

async function importState(
  { face, life }: Given,
  request: ImportResourceState_Request,
  call: Call,
): Promise<ImportResourceState_Response> {
  const asked = request.id === '' ? identityId(request.identity) : request.id;
  const { value, diagnostics } = await reporting(face, 'import', async (warn) =>
    importResource(face, await life.open(call, warn), asked),
  );
  if (value === null) return { importedResources: [], diagnostics };
  const imported = {
    typeName: face.typeName,
    state: encodeValue(value.state),
    private: memoryBytes(value.memory),
    identity: identityOf(value.state),
  };
  const warnings = value.warnings.map((text) => warned(face, text, unwell));
  return { importedResources: [imported], diagnostics: [...diagnostics, ...warnings] };
}

/** Asked of every resource of a state before anything else: by it we know what the state holds. */
async function upgrade({ face, life }: Given, request: UpgradeResourceState_Request) {
  const { version, rawState } = request;
  const { value, diagnostics } = await reporting(face, 'read', async () => {
    const state = upgradedState(face, { version, raw: rawState });
    await life.journal?.confirm(state['id']);
    return state;
  });
  return { upgradedState: value ? encodeValue(value) : undefined, diagnostics };
}

async function move({ face }: Given, request: MoveResourceState_Request) {
  const { value, diagnostics } = await reporting(face, 'move', async () =>
    movedResource(face, request),
  );
  return {
    targetState: value ? encodeValue(value.state) : undefined,
    targetPrivate: value ? memoryBytes(value.memory) : nothing,
    targetIdentity: identityOf(value?.state ?? null),
    diagnostics,
  };
}

/** The identity has had one form only. */
async function upgradeIdentity({ face }: Given, request: UpgradeResourceIdentity_Request) {
  const { value, diagnostics } = await reporting(face, 'read', async () =>
    identityOf(decodeState(request.rawIdentity)),
  );
  return { upgradedIdentity: value ?? undefined, diagnostics };
}

function objectOrNull(value: TfValue): TfObject | null {
  return isTfObject(value) ? value : null;
}
