// Values on the wire: msgpack with unknowns as extensions, or JSON. Invariant: what is decoded and
// encoded again is the same value to Terraform, down to the last digit of a number.
import { decode, encode, ExtData, ExtensionCodec } from '@msgpack/msgpack';
import type { DynamicValue, RawState } from '../protocol/generated/tfplugin6';
import { decimalText, exactNumber } from './numbers';
import type { TfObject, TfValue } from './tf-value';
import { isTfObject, UNKNOWN, Unknown } from './tf-value';

// Terraform sends unknowns as extension 0, and with what it knows about them as 12 (go-cty:
// msgpack/unknown.go); newer ones may come. All of them mean unknown.
const extensions = new ExtensionCodec();
extensions.register({
  type: 0,
  encode: (value) => (value instanceof Unknown ? new Uint8Array([0]) : null),
  decode: () => UNKNOWN,
});

/** The library refuses this key, which is a key like any other to Terraform. */
const protoKey = '__proto__';
const protoStandIn = '\u0000__proto__';

const protoKeys = {
  canBeCached: (byteLength: number) => byteLength === protoKey.length,
  decode: (bytes: Uint8Array, start: number, byteLength: number) => {
    const key = Buffer.from(bytes.subarray(start, start + byteLength)).toString('utf8');
    return key === protoKey ? protoStandIn : key;
  },
};

const decoding = { extensionCodec: extensions, useBigInt64: true, keyDecoder: protoKeys };

const encoding = { extensionCodec: extensions };

/** The value in `dynamic`; null where there is none. Throws where the bytes are no value. */
export function decodeValue(dynamic: DynamicValue | undefined): TfValue {
  if (!dynamic) return null;
  if (dynamic.msgpack.length > 0) return fromWire(decode(dynamic.msgpack, decoding));
  return dynamic.json.length > 0 ? decodeJson(dynamic.json) : null;
}

/** `value` in the form that Terraform takes. */
export function encodeValue(value: TfValue): DynamicValue {
  return { msgpack: encode(toWire(value), encoding), json: new Uint8Array(0) };
}

/** The value in JSON `bytes`, numbers in full precision. Throws where they are no JSON. */
export function decodeJson(bytes: Uint8Array): TfValue {
  return fromWire(JSON.parse(Buffer.from(bytes).toString('utf8'), keepNumbers));
}

/** A thing as an earlier run saved it. Throws where it is not an object. */
export function decodeState(state: RawState | undefined): TfObject {
  const value = state && state.json.length > 0 ? decodeJson(state.json) : null;
  if (isTfObject(value)) return value;
  throw new Error('Cannot use the saved state: found no object in it, expected one of JSON.');
}

/** A reviver sees a number's own text (ECMAScript: JSON.parse source text access). */
function keepNumbers(this: unknown, _key: string, value: unknown, context?: unknown): unknown {
  if (typeof value !== 'number') return value;
  const source = textOf(context);
  return source === null ? value : (exactNumber(source) ?? source);
}

/** TypeScript's library does not know of the reviver's third argument yet. */
function textOf(context: unknown): string | null {
  const isGiven = typeof context === 'object' && context !== null && 'source' in context;
  return isGiven && typeof context.source === 'string' ? context.source : null;
}

function fromWire(value: unknown): TfValue {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return value;
    case 'bigint':
      return Number.isSafeInteger(Number(value)) ? Number(value) : value;
    case 'object':
      return value === null ? null : partsFromWire(value);
    default:
      throw new Error(`Cannot use a value of type ${typeof value} that Terraform sent.`);
  }
}

function partsFromWire(value: object): TfValue {
  if (value instanceof Unknown || value instanceof ExtData) return UNKNOWN;
  if (Array.isArray(value)) {
    // A value whose type is only known at run time comes with it: [type, value].
    const isTyped = value.length === 2 && value[0] instanceof Uint8Array;
    return isTyped ? fromWire(value[1]) : value.map(fromWire);
  }
  const entries = Object.entries(value).map(([key, member]) => {
    return [key === protoStandIn ? protoKey : key, fromWire(member)] as const;
  });
  return Object.fromEntries(entries);
}

function toWire(value: TfValue): unknown {
  if (typeof value === 'number') return numberToWire(value);
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return value.map(toWire);
  if (!isTfObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, toWire(member)]));
}

/**
 * Numbers go as decimal text, which Terraform parses to the very value that it reads from its
 * state. The double next to 0.1 is not 0.1 to it; and a whole number sent as one has less precision
 * to it than the same number in the state, so that every refresh would count as a change (go-cty:
 * NumberIntVal against ParseNumberVal).
 */
function numberToWire(value: number): string {
  if (Number.isFinite(value)) return decimalText(value);
  throw new Error(`Cannot send ${value} to Terraform as a number.`);
}
