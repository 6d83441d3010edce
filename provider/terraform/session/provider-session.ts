// What all resources of a provider process share: the configuration, one connection, the claims.
// Invariant: the cloud is logged in to once and reached by every call alike; a failed opening is
// tried again by the next call; StopProvider ends every wait.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { isFault } from '../../../schema/kernel/fault';
import type { Connection } from '../../client/connection';
import { programOwner } from '../../program-owner';
import type { Session } from '../../reconcile';
import { Claims } from '../../reconcile-claims';
import type { Origin } from '../../reconcile-marker';
import { QuotaForecast } from '../../reconcile-quota';
import { Refusal } from '../../resources/refusal';
import type { Diagnostic } from '../protocol/generated/tfplugin6';
import type { Call } from '../protocol/methods';
import { Journal } from '../resources/journal';
import { isCallerAlive, isCallerPresent } from '../serve/parent-watch';
import { pathText } from '../values/attribute-path';
import { errorDiagnostic } from '../values/diagnostics';
import type { TfObject } from '../values/tf-value';
import { blamedPath, reasonInWords } from './blame';
import type { Configuration } from './configuration';
import { problemsOf, readConfiguration } from './configuration';
import { openConnection } from './open-connection';
import type { Slot } from './slot';
import { takeSlot } from './slot';
import type { Place } from './workspace';
import { workspaceOf } from './workspace';

/** The session of a provider process. */
export class ProviderSession {
  readonly forecast = new QuotaForecast();
  /** What runs in this folder have made that no state is known to hold. */
  readonly journal: Journal;
  readonly #place: Place;
  readonly #claims = new Claims();
  readonly #stopping = new AbortController();
  #configuration: Configuration = readConfiguration({});
  #opening: Promise<Connection> | null = null;
  #origin: Promise<{ slot: Slot; workspace: string; owner: string }> | null = null;

  /** `place` is where the tool was started; this process's folder when left out. */
  constructor(place: Place = { env: process.env, cwd: process.cwd() }) {
    this.#place = place;
    this.journal = new Journal(join(place.cwd, '.cinderkit/made'));
  }

  /** Aborted when the user wants to end. */
  get signal(): AbortSignal {
    return this.#stopping.signal;
  }

  /** Whether it is known where the cloud is: not so while a setting waits for other resources. */
  get isConfigured(): boolean {
    return this.#configuration.unknown.length === 0;
  }

  /** What is wrong with the provider's block; nothing is asked of file or network. */
  validate(config: TfObject): Diagnostic[] {
    return problemsOf(config).map(({ path, reason }) =>
      errorDiagnostic({ summary: 'Invalid provider configuration', detail: `${reason}.`, path }),
    );
  }

  /**
   * Takes the configuration up and logs in, so that a wrong one is told once and at its attribute
   * instead of by every resource. Values that are not known yet put that off to the first use.
   */
  async configure(config: TfObject, call: Call): Promise<Diagnostic[]> {
    const wrong = this.validate(config);
    if (wrong.length > 0) return wrong;
    await this.close();
    this.#configuration = readConfiguration(config);
    if (!this.isConfigured) return [];
    try {
      await reach(await this.#connection(), AbortSignal.any([this.signal, call.signal]));
      return [];
    } catch (error) {
      const path = blamedPath(error, this.#configuration);
      const summary = isFault(error, 'engineDidNotStart') ? noEngine : unreachable;
      return [errorDiagnostic({ summary, detail: reasonInWords(error), path })];
    }
  }

  /**
   * The session for one call: `warn` gets what the user should know. Throws where the cloud cannot
   * be reached or is not known yet.
   */
  async open(call: Call, warn: (text: string) => void): Promise<Session> {
    const connection = await this.#connection();
    return {
      connection,
      claims: this.#claims,
      signal: AbortSignal.any([this.signal, call.signal]),
      // A caller that is gone keeps no id; one that wants to end still does.
      isCallerAlive: async () => isCallerAlive() && !call.signal.aborted,
      warn,
    };
  }

  /** What sets a thing that is made now apart from those of other programs and copies. */
  async originOf(typeName: string, name: string): Promise<Origin> {
    this.#origin ??= this.#takePlace().catch((error: unknown) => {
      this.#origin = null;
      throw error;
    });
    const { slot, workspace, owner } = await this.#origin;
    const address = JSON.stringify(['terraform', workspace, slot.name, typeName, name]);
    return { address, owner, isShared: true };
  }

  /** The user wants to end: every wait ends now. Repeatable. */
  stop(): void {
    this.#stopping.abort(new Refusal('interrupted: the run was asked to end'));
  }

  /**
   * The process ends. In a run that came to its own end, all that was made is in its state; one
   * that was interrupted, or whose caller is gone, leaves the journal to the next run.
   */
  settle(): void {
    if (isCallerPresent() && !this.signal.aborted) this.journal.settle();
  }

  /** Ends the connection, if there is one, and gives the slot back. Repeatable. */
  async close(): Promise<void> {
    const [opening, origin] = [this.#opening, this.#origin];
    this.#opening = null;
    this.#origin = null;
    await opening?.then((connection) => connection.close()).catch(() => undefined);
    await origin?.then(({ slot }) => slot.release()).catch(() => undefined);
  }

  async #connection(): Promise<Connection> {
    const { unknown } = this.#configuration;
    if (unknown.length > 0) throw new Refusal(unknownYet(unknown.map(pathText)));
    this.#opening ??= openConnection(this.#configuration, this.#place, this.signal).catch(
      (error: unknown) => {
        this.#opening = null;
        throw error;
      },
    );
    return this.#opening;
  }

  async #takePlace() {
    const { cwd } = this.#place;
    const { identity, owner: setting } = this.#configuration;
    const digest = createHash('sha256').update(JSON.stringify(identity)).digest('hex');
    const workspace = await workspaceOf(this.#place);
    const settingName = 'owner in the provider block';
    const owner = await programOwner({ setting, settingName, address: '', projectFolder: cwd });
    const slot = await takeSlot({ projectFolder: cwd, digest: digest.slice(0, 12) });
    return { slot, workspace, owner };
  }
}

/** Logs in, and finds one of the services that the nouns live in. */
async function reach(connection: Connection, signal: AbortSignal): Promise<void> {
  try {
    await connection.endpoint('block-storage', signal);
  } catch (error) {
    if (!isFault(error, 'serviceNotInCatalog')) throw error;
    // A cloud may have images alone; where there is neither, region or interface is wrong.
    await connection.endpoint('image', signal).catch(() => {
      throw error;
    });
  }
}

const unreachable = 'Cannot reach the cloud';
const noEngine = 'Cannot start the bundled engine';

function unknownYet(names: readonly string[]): string {
  const isOne = names.length === 1;
  return (
    `Cannot reach the cloud yet: ${names.join(', ')} of provider "cinderkit" ` +
    `${isOne ? 'is' : 'are'} not known before the apply. Give ${isOne ? 'it' : 'them'} what the ` +
    'plan can know, or apply first, with -target, what the value comes from.'
  );
}
