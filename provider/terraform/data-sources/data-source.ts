// What every data source is, whatever it looks up. Invariant: reading changes nothing, and what the
// user wrote comes back exactly as it was written.
import type { Session } from '../../reconcile';
import type { Schema } from '../protocol/generated/tfplugin6';
import type { Attribute } from '../schema/attribute';
import { blockSchema } from '../schema/proto-schema';
import type { Path } from '../values/attribute-path';
import type { TfObject, TfValue } from '../values/tf-value';

/** Something that is wrong with a block, at an attribute. */
export interface BlockProblem {
  readonly path: Path;
  readonly reason: string;
}

/** A data source. */
export interface DataSource {
  readonly typeName: string;
  /** What it looks up, as people say it: `volume`, `availability zones`. */
  readonly subject: string;
  readonly schema: Schema;
  readonly attributes: readonly Attribute[];
  /** What is wrong with a block, offline. What is not known yet is never refused. */
  problems(config: TfObject): readonly BlockProblem[];
  /** The state of a block whose values are all known. Throws where it cannot be found out. */
  read(session: Session, config: TfObject): Promise<TfObject>;
}

/** What a data source is made from; its attributes are worked out at first need. */
export interface SourceParts extends Omit<DataSource, 'schema' | 'attributes'> {
  readonly description: string;
  readonly makeAttributes: () => readonly Attribute[];
}

/**
 * The data source of `parts`. Most processes of a command are never asked for the schema, so it
 * costs them nothing.
 */
export function dataSource(parts: SourceParts): DataSource {
  const { description, makeAttributes, ...rest } = parts;
  let schema: Schema | null = null;
  return {
    ...rest,
    get attributes() {
      return makeAttributes();
    },
    get schema() {
      schema ??= blockSchema({ version: 0, description, attributes: makeAttributes() });
      return schema;
    },
  };
}

/** `live` with what the user wrote, in their spelling; every attribute is there. */
export function withWritten(
  attributes: readonly Attribute[],
  live: TfObject,
  config: TfObject,
): TfObject {
  const pairs = attributes.map(({ name, optional, required }): readonly [string, TfValue] => {
    const written = optional || required ? (config[name] ?? null) : null;
    return [name, written ?? live[name] ?? null];
  });
  return Object.fromEntries(pairs);
}
