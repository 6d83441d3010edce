// Runs the table of scenarios over one tool on an engine of its own. Every step is checked in the
// same way: the plan says what is expected and no more, applying it makes the service so, a second
// plan is empty, and the service has the program's things and no others.
import { scenarios } from '../stories/scenarios/all-scenarios';
import { fileContent, isReference } from '../stories/scenarios/scenario';
import type { Act, Planned, Program, Refused, Scenario, Step } from '../stories/scenarios/scenario';
import { EngineProcess } from './engine-process';
import { PlainCaller } from './plain-caller';
import { alter, everything, remove, removeEverything, seen } from './scenario-cloud';
import { modelOf } from './scenario-face';
import type { Change, Face, Plan } from './scenario-face';

const timeoutMs = 120_000;

/** The environment by which a tool is pointed at an engine. */
export function pointingAt(engine: EngineProcess): NodeJS.ProcessEnv {
  return { OS_CLIENT_CONFIG_FILE: engine.cloudsFile, OS_CLOUD: 'cinderkit' };
}

/** Registers the tests of every scenario for the tool that `makeFace` gives. */
export function describeScenarios(makeFace: (env: NodeJS.ProcessEnv) => Promise<Face>): void {
  let engine: EngineProcess;
  beforeAll(async () => {
    engine = await EngineProcess.start();
  }, timeoutMs);
  afterAll(() => engine.dispose());

  describe.each(scenarios)('$title', (scenario) => {
    let play: Play;
    beforeAll(async () => {
      const cloud = await PlainCaller.login(engine.dataFolder, 'cinderkit');
      play = new Play(await makeFace(pointingAt(engine)), cloud);
    }, timeoutMs);
    afterAll(() => play.dispose());
    registerSteps(scenario, () => play);
  });
}

function registerSteps(scenario: Scenario, play: () => Play): void {
  it.each(scenario.steps)(
    '$what',
    (step) => ('refused' in step ? play().refuse(step) : play().take(step)),
    timeoutMs,
  );
  it(
    'are imported into an empty state without a change',
    () => play().importAll(scenario),
    timeoutMs,
  );
  it('are destroyed and leave nothing', () => play().end(), timeoutMs);
}

type Ids = ReadonlyMap<string, string>;

/** A scenario being played. */
class Play {
  readonly face: Face;
  readonly #cloud: PlainCaller;
  #program: Program = {};

  constructor(face: Face, cloud: PlainCaller) {
    this.face = face;
    this.#cloud = cloud;
  }

  async take(step: Step): Promise<void> {
    for (const [name, text] of Object.entries(step.files ?? {})) {
      this.face.write(name, fileContent(text));
    }
    for (const act of step.behind ?? []) await this.#act(act);
    if (step.behind) await this.face.look();
    const before = this.#program;
    if (step.program) this.#declare(step.program);
    const changes = changesOf(await this.face.plan());
    expect(shown(changes)).toEqual(step.planned);
    const all = { ...before, ...this.#program };
    for (const [label, { strayUnknowns }] of changes) {
      expect([label, all[label]?.noun, strayUnknowns]).toEqual([label, all[label]?.noun, []]);
    }
    await this.face.apply();
    await this.#expectLive(step.live ?? {}, await this.#expectDone());
  }

  /** No plan can be made; the refusal names the input, and nothing has changed. */
  async refuse({ program, refused }: Refused): Promise<void> {
    this.face.declare(program);
    const plan = await this.face.plan();
    const text = 'refused' in plan ? plan.refused : `it was planned: ${plan.text}`;
    expect(text.replace(/[\s│]+/g, ' ')).toMatch(refused.says);
    expect(text).toContain(this.face.spelled(refused.field));
    expect(text).not.toMatch(/\n\s+at .+:\d+:\d+/);
    this.face.declare(this.#program);
    await this.#expectDone();
  }

  /** What the service cannot tell (how the tool is steered) is all that an import may change. */
  async importAll({ untold = {} }: Scenario): Promise<void> {
    const ids = await this.face.ids();
    const changes = await this.face.takeOver(this.#program, ids);
    const steering = Object.entries(this.#program).flatMap(([label, { noun, inputs }]) => {
      const given = modelOf(noun).inputs.filter(({ name }) => name in inputs);
      const learnt = given.filter(({ home, name }) => {
        return home === 'tool' || untold[label]?.includes(name);
      });
      const update = learnt.map(({ name }) => name).sort();
      return update.length > 0 && changes.size > 0 ? [[label, { update }] as const] : [];
    });
    expect(shown(changes)).toEqual(Object.fromEntries(steering));
    expect([...(await this.face.ids())].sort()).toEqual([...ids].sort());
    await this.#expectDone();
  }

  async end(): Promise<void> {
    await this.face.destroy();
    expect([...(await this.face.ids()).keys()]).toEqual([]);
    expect(await everything(this.#cloud)).toEqual([]);
  }

  /** Removes the project, and what a story that failed has left of its things. */
  async dispose(): Promise<void> {
    await this.face.dispose();
    await removeEverything(this.#cloud);
  }

  #declare(program: Program): void {
    this.#program = program;
    this.face.declare(program);
  }

  async #act(act: Act): Promise<void> {
    const label = 'alter' in act ? act.alter : act.remove;
    const noun = this.#program[label]?.noun ?? '';
    const id = (await this.face.ids()).get(label) ?? '';
    if ('alter' in act) await alter(this.#cloud, noun, id, act.to);
    else await remove(this.#cloud, noun, id);
  }

  /** A plan is empty, and the service has what the state has: each once, and unmarked. */
  async #expectDone(): Promise<Ids> {
    expect(await this.face.unfinished()).toBeNull();
    const ids = await this.face.ids();
    expect([...ids.keys()].sort()).toEqual(Object.keys(this.#program).sort());
    const there = await everything(this.#cloud);
    expect(there.map(({ id }) => id).sort()).toEqual([...ids.values()].sort());
    for (const { noun, id } of there) {
      expect(JSON.stringify(await seen(this.#cloud, noun, id))).not.toMatch(/cinderkit.marker/);
    }
    return ids;
  }

  async #expectLive(live: NonNullable<Step['live']>, ids: Ids): Promise<void> {
    for (const [label, expected] of Object.entries(live)) {
      const noun = this.#program[label]?.noun ?? '';
      const found = (await seen(this.#cloud, noun, ids.get(label) ?? '')) ?? {};
      for (const [name, value] of Object.entries(expected)) {
        const wanted = isReference(value) ? ids.get(value.from) : value;
        const mark = `${label}.${name}`;
        if (name === 'properties')
          expect({ [mark]: found[name] }).toMatchObject({ [mark]: wanted });
        else expect({ [mark]: sorted(found[name]) }).toEqual({ [mark]: wanted });
      }
    }
  }
}

function changesOf(plan: Plan): ReadonlyMap<string, Change> {
  if ('changes' in plan) return plan.changes;
  throw new Error(`there is no plan:\n${plan.refused}`);
}

function shown(changes: ReadonlyMap<string, Change>): Record<string, Planned> {
  const pairs = [...changes].map(([label, { action, fields }]) => {
    return [label, action === 'update' ? { update: fields } : action] as const;
  });
  return Object.fromEntries(pairs);
}

/** Texts in their order: tags are a set. */
function sorted(value: unknown): unknown {
  return Array.isArray(value) ? [...value].sort() : value;
}
