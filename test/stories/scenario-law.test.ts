// The table of scenarios leaves nothing out: every noun of the catalogue is in it, with every input
// and every kind of change.
import { catalogue } from '../../schema/catalogue';
import { seenNouns } from '../support/scenario-cloud';
import { modelOf } from '../support/scenario-face';
import { scenarios } from './scenarios/all-scenarios';
import { changed, isReference, of, without } from './scenarios/scenario';
import type { Action, Program, Scenario, Step } from './scenarios/scenario';

const nouns = catalogue.map(({ noun }) => noun);

const stepsOf = ({ steps }: Scenario): readonly Step[] =>
  steps.filter((step): step is Step => !('refused' in step));

/** Every step of every scenario with the program that holds after it. */
const played = scenarios.flatMap((scenario) => {
  let program: Program = {};
  return stepsOf(scenario).map((step) => {
    const before = program;
    program = step.program ?? program;
    return { scenario, step, before, program };
  });
});

const writtenInputs = (noun: string): Set<string> =>
  new Set(
    played
      .flatMap(({ program }) => Object.values(program))
      .filter((thing) => thing.noun === noun)
      .flatMap(({ inputs }) => Object.keys(inputs)),
  );

/** What is planned for things of a noun: actions, and the inputs that are altered. */
const plannedFor = (noun: string): { actions: Set<Action>; altered: Set<string> } => {
  const actions = new Set<Action>();
  const altered = new Set<string>();
  for (const { step, before, program } of played) {
    for (const [label, planned] of Object.entries(step.planned)) {
      if ((program[label] ?? before[label])?.noun !== noun) continue;
      actions.add(typeof planned === 'string' ? planned : 'update');
      if (typeof planned === 'object') planned.update.forEach((name) => altered.add(name));
    }
  }
  return { actions, altered };
};

describe('the table of scenarios', () => {
  it('has every noun of the catalogue, and can look at each on the service', () => {
    const told = new Set(
      played.flatMap(({ program }) => Object.values(program).map(({ noun }) => noun)),
    );
    expect([...told].sort()).toEqual([...nouns].sort());
    expect([...seenNouns].sort()).toEqual([...nouns].sort());
  });

  it.each(nouns)('writes every input of %s, but for the taking over that has a step', (noun) => {
    const inputs = modelOf(noun).inputs.map(({ name }) => name);
    const written = writtenInputs(noun);
    const left = inputs.filter((name) => name !== 'adopt' && !written.has(name));
    expect(left).toEqual([]);
    expect([...written].filter((name) => !inputs.includes(name))).toEqual([]);
  });

  it.each(nouns)('makes, alters and drops a %s; replaces it where it can be', (noun) => {
    const { actions, altered } = plannedFor(noun);
    expect([...actions]).toEqual(expect.arrayContaining(['create', 'update']));
    const { inputs } = modelOf(noun);
    const replaces = inputs.some(({ change }) => change === 'replace');
    if (replaces) expect([...actions]).toContain('replace');
    const service = inputs.filter(
      ({ home, change }) => home === 'service' && change === 'in-place',
    );
    const unaltered = service.map(({ name }) => name).filter((name) => !altered.has(name));
    // A protected image cannot be destroyed, so that no scenario turns it on.
    expect(unaltered.filter((name) => name !== 'protected')).toEqual([]);
  });

  it('refers to labels and fields that are there', () => {
    for (const { step, before, program } of played) {
      const known = { ...before, ...program };
      const labels = [...Object.keys(step.planned), ...Object.keys(step.live ?? {})];
      expect(labels.filter((label) => !(label in known))).toEqual([]);
      for (const { inputs, after = [] } of Object.values(program)) {
        const used = Object.values(inputs).filter(isReference);
        expect(
          [...after, ...used.map(({ from }) => from)].filter((to) => !(to in program)),
        ).toEqual([]);
      }
    }
  });
});

describe('the words of the table', () => {
  const program: Program = { a: { noun: 'volume', inputs: { name: 'a', sizeGib: 1 } } };

  it('change inputs, take them away, and refuse a label that is not there', () => {
    expect(changed(program, 'a', { sizeGib: 2, name: undefined })).toEqual({
      a: { noun: 'volume', inputs: { sizeGib: 2 } },
    });
    expect(() => changed(program, 'b', {})).toThrow('the program has no b');
    expect(without(program, 'a')).toEqual({});
    expect([isReference(of('a')), isReference({ name: 'a' })]).toEqual([true, false]);
  });
});
