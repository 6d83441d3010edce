// Names of the definitions in Terraform's form. Invariant: turning a name over and back gives the
// same name, which a law proves for every name of the catalogue.

/** First part of every type's name, and the provider's own name. */
export const providerName = 'cinderkit';

/** `volume-type` as `cinderkit_volume_type`. */
export function typeNameOf(noun: string): string {
  return `${providerName}_${noun.replaceAll('-', '_')}`;
}

/** Only names of definitions are asked for, so that there is an end to them. */
const attributeNames = new Map<string, string>();

/** `sizeGib` as `size_gib`. */
export function attributeNameOf(field: string): string {
  const known = attributeNames.get(field);
  if (known !== undefined) return known;
  const name = field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  attributeNames.set(field, name);
  return name;
}

/** `size_gib` as `sizeGib`. */
export function fieldNameOf(attribute: string): string {
  return attribute.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** Name of the number beside a write-only secret whose change says that the secret has changed. */
export function versionNameOf(secret: string): string {
  return `${secret}_version`;
}
