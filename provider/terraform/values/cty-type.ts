// The types of Terraform's values, as far as this provider uses them: nothing here is dynamic.
// Invariant: the JSON of a type is the form that both the protocol and `providers schema -json`
// have.

/** A type. */
export type CtyType =
  | 'string'
  | 'number'
  | 'bool'
  | readonly ['list' | 'set' | 'map', CtyType]
  | readonly ['object', Readonly<Record<string, CtyType>>];

/** `type` as the protocol carries it. */
export function typeBytes(type: CtyType): Uint8Array {
  return Buffer.from(JSON.stringify(type));
}
