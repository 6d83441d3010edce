// The service's words to the user about what failed.
import { z } from 'zod';
import { asked, lookup, told } from '../kernel/lookup';

/** The user messages of a thing, or of all the project's things. */
export const messages = lookup({
  name: 'messages',
  title: 'Messages',
  summary: 'Why operations failed, in the words of the service, newest first.',
  inputs: {
    resourceId: asked(z.string().min(1), 'Only messages about the thing with this id.'),
    resourceType: asked(
      z.string().min(1),
      'Only messages about things of this type, in the words of the service: `VOLUME`, ' +
        '`VOLUME_SNAPSHOT`, `VOLUME_BACKUP`. Large and small letters are the same.',
    ),
    level: asked(z.string().min(1), 'Only messages of this level, such as `ERROR`.'),
    requestId: asked(z.string().min(1), 'Only messages about the request with this id.'),
    limit: asked(z.number().int().min(1), 'At most so many messages, the newest ones.'),
  },
  outputs: {
    messages: told(
      z.array(
        z.object({
          id: z.string().describe('Id of the message.'),
          text: z.string().describe('The whole message.'),
          action: z.string().optional().describe('What was being done, where the text tells.'),
          detail: z.string().describe('What went wrong: the text without the action.'),
          level: z.string().describe('Level, such as `ERROR`.'),
          eventId: z.string().describe('What the service calls this event.'),
          requestId: z.string().describe('Id of the request that it is about.'),
          resourceId: z.string().optional().describe('Id of the thing that it is about.'),
          resourceType: z.string().optional().describe('Type of that thing: `VOLUME`.'),
          createdAt: z.string().describe('When it was written, ISO 8601 in UTC.'),
          expiresAt: z.string().optional().describe('Until when it is kept, ISO 8601 in UTC.'),
        }),
      ),
      'The messages, newest first.',
    ),
  },
});
