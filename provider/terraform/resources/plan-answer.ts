// Terraform's question for a plan, answered: the plan itself, what forbids it, and what the user
// should know before it is applied. Invariant: a plan asks the service for nothing but the limits
// of the project, and goes on where it is not known yet where the cloud is.
import { thing } from '../../reconcile-wording';
import { Refusal } from '../../resources/refusal';
import type {
  Diagnostic,
  PlanResourceChange_Request,
  PlanResourceChange_Response,
} from '../protocol/generated/tfplugin6';
import type { Call } from '../protocol/methods';
import { toValues } from '../schema/object-values';
import type { ResourceFace } from '../schema/resource-face';
import { attributePath } from '../values/attribute-path';
import { decodeValue, encodeValue } from '../values/dynamic-value';
import type { TfObject } from '../values/tf-value';
import { isTfObject, objectOf } from '../values/tf-value';
import { identityOf } from './identity';
import type { Life } from './life';
import { memoryOf } from './memory';
import type { Plan } from './plan';
import { planResource } from './plan';
import { refusals, warned } from './problems';
import { reporting } from './reporting';

/** Plans one resource. Never throws. */
export async function planAnswer(
  given: { readonly face: ResourceFace; readonly life: Life },
  request: PlanResourceChange_Request,
  call: Call,
): Promise<PlanResourceChange_Response> {
  const { face } = given;
  const proposed = decodeValue(request.proposedNewState);
  const priorValue = decodeValue(request.priorState);
  const prior = isTfObject(priorValue) ? priorValue : null;
  // A removal has nothing to be planned.
  if (proposed === null) return answer(request, { prior, planned: null }, []);
  const { value, diagnostics } = await reporting(face, 'plan', async () => {
    const config = objectOf(decodeValue(request.config));
    const memory = memoryOf(request.priorPrivate);
    if (prior && memory.isUnread) throw unread(face, prior);
    const plan = await planResource(face, { config, prior, memory });
    const refused = refusals(face, plan.failures);
    if (refused.length > 0) return { plan, told: refused };
    const told = [...remarks(face, plan), ...(await forecast(given, { prior, plan, call }))];
    return { plan, told };
  });
  if (!value) return answer(request, { prior, planned: prior }, diagnostics);
  const { plan, told } = value;
  return {
    ...answer(request, { prior, planned: plan.planned }, [...diagnostics, ...told]),
    requiresReplace: plan.replaces.map(attributePath),
  };
}

function answer(
  request: PlanResourceChange_Request,
  states: { readonly prior: TfObject | null; readonly planned: TfObject | null },
  diagnostics: Diagnostic[],
): PlanResourceChange_Response {
  return {
    plannedState: encodeValue(states.planned),
    requiresReplace: [],
    // What is made anew has no history: a replacement's plan comes with that of the old one.
    plannedPrivate: states.prior ? request.priorPrivate : new Uint8Array(0),
    plannedIdentity: identityOf(states.prior),
    diagnostics,
  };
}

/**
 * Told at values that are taken from the program because the service does not tell them, and at
 * those of which it cannot be known whether they still mean what they meant.
 */
function remarks(face: ResourceFace, { trusted, doubts }: Plan): Diagnostic[] {
  const doubted = doubts.map(({ property, reason }) =>
    warned(face, reason, { summary: 'Cannot tell whether it is unchanged', property }),
  );
  const taken = trusted.map((name) =>
    warned(
      face,
      `The service does not tell the ${name} of a ${thing(face.model)} that exists, so that of ` +
        'the imported one is taken from the program as it is',
      { summary: 'Value taken as it is', property: name },
    ),
  );
  return [...doubted, ...taken];
}

/** What the plan asks beyond the project's quota. */
async function forecast(
  { face, life }: { readonly face: ResourceFace; readonly life: Life },
  given: { readonly prior: TfObject | null; readonly plan: Plan; readonly call: Call },
): Promise<Diagnostic[]> {
  if (!life.isConfigured) return [];
  const { prior, plan, call } = given;
  const before = prior ? toValues(face, prior) : null;
  // The thing in a replaced one's place is planned by a question of its own.
  const after = plan.replaces.length > 0 ? null : toValues(face, plan.planned);
  const texts = await life.forecast.add(face.adapter, { before, after }, () =>
    life.open(call, () => undefined),
  );
  return texts.map((text) => warned(face, text, { summary: 'Quota too small' }));
}

function unread(face: ResourceFace, prior: TfObject): Refusal {
  return new Refusal(
    `Cannot plan ${thing(face.model)} ${String(prior['id'])}, which has been moved here and has ` +
      'not been read since. Run again without -refresh=false.',
  );
}
