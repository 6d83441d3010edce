// The service's own words about a thing that failed. Invariant: never throws: reasons are a help in
// reporting a failure and must not replace it.
import { messageRoutes } from '../../schema/wire/messages';
import type { Connection } from './connection';

/** Messages have times and filters from here on (Cinder: rest_api_version_history). */
const leastVersion = '3.5';

/**
 * What the last request about the thing `id` had to say, at most five messages, newest first. Empty
 * where the service has none, is too old for them or does not answer.
 */
export async function messagesOf(
  connection: Connection,
  id: string,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  try {
    const { body } = await connection.call(messageRoutes.listMessages, {
      query: { resource_uuid: id, sort: 'created_at:desc', limit: 20 },
      microversion: leastVersion,
      ...(signal ? { signal } : {}),
    });
    // Filters that a service does not know are ignored by it, so what came is looked at again.
    const about = body.messages.filter((message) => message.resource_uuid === id);
    // What an earlier request of somebody had to say misleads: the last one's words alone count.
    const last = about.filter((message) => message.request_id === about[0]?.request_id);
    return last.slice(0, 5).map((message) => message.user_message);
  } catch {
    return [];
  }
}
