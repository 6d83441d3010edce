// jest runs tests in a realm of their own, where errors of Node's file system are not `instanceof
// Error`. Importing this makes them so, as they are in production. Invariant: only Error itself is
// widened, none of its subclasses.
import { types } from 'node:util';

Object.defineProperty(Error, Symbol.hasInstance, {
  configurable: true,
  value(this: unknown, value: unknown): boolean {
    if (this === Error && types.isNativeError(value)) return true;
    return Function.prototype[Symbol.hasInstance].call(this, value);
  },
});
