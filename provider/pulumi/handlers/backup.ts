// Loaded by name from the state files of users: this path and these names are kept for ever.
// Invariant: loading does nothing but build the handlers; nothing is opened or read.
import { backupAdapter } from '../../resources/backup';
import { handlersFor } from '../handlers-for';
import { processSession } from '../provider-session';

const handlers = handlersFor(backupAdapter, processSession);

/** The dynamic provider of this noun, as the SDK calls it. */
export const { configure, check, diff, create, read, update } = handlers;

const remove = handlers.delete;
export { remove as delete };
