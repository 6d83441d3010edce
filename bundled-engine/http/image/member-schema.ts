// The JSON schemas of members that /v2/schemas gives out. Invariant: clients that validate by them
// (python-glanceclient) accept every member shown here.
import { memberStatuses } from '../../../schema/wire/image-members';

const text = { type: 'string' } as const;

/** Schema of one member. */
export const memberSchema = {
  name: 'member',
  properties: {
    member_id: { ...text, description: 'The project that the image is shared with' },
    image_id: { ...text, pattern: '^([0-9a-fA-F]){8}-(([0-9a-fA-F]){4}-){3}([0-9a-fA-F]){12}$' },
    created_at: text,
    updated_at: text,
    status: { ...text, enum: memberStatuses },
    schema: { ...text, readOnly: true },
  },
} as const;

/** Schema of a list of members. */
export const membersSchema = {
  name: 'members',
  properties: { members: { type: 'array', items: memberSchema }, schema: text },
  links: [{ rel: 'describedby', href: '{schema}' }],
} as const;
