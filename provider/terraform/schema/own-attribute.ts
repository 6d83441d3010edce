// Attributes that no definition has: ids, switches of data sources, settings of the provider.
import { z } from 'zod';
import type { FieldModel, Kind } from '../../../schema/kernel/describe';
import type { Attribute, Setting } from './attribute';
import { attributeOf, computed } from './attribute';
import { fieldNameOf } from './names';

/** An attribute of Terraform's alone. */
export interface OwnAttribute {
  /** As Terraform calls it. */
  readonly name: string;
  readonly kind: Kind;
  readonly setting: Setting;
  readonly description: string;
  /** Kept in the state, but not shown. */
  readonly sensitive?: boolean;
}

/** The attribute that `own` describes. Its field has the same name in camelCase. */
export function ownAttribute(own: OwnAttribute): Attribute {
  const { name, kind, setting, description, sensitive = false } = own;
  const field: FieldModel = {
    name: fieldNameOf(name),
    kind,
    shape: z.unknown(),
    change: 'in-place',
    presence: setting.required ? 'required' : setting === computed ? 'computed' : 'optional',
    home: setting.computed ? 'service' : 'tool',
    secret: false,
    exclusive: null,
    order: null,
    ownKeysOnly: false,
    follows: [],
  };
  return { ...attributeOf({ field, setting, description }), sensitive };
}
