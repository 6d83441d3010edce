// The two construct libraries with the constructs made for each, so that one table of tests runs
// over both.
import * as cdktf from 'cdktf';
import * as cdktn from 'cdktn';
// For the types of the libraries' matchers; what these do comes by Testing.setupJest().
import 'cdktf/lib/testing/adapters/jest';
import * as forCdktf from '../../components/cdktf/entry';
import * as forCdktn from '../../components/cdktn/entry';

/** A construct library. */
export type Library = typeof cdktf;

/** Our constructs for it. */
export type Constructs = typeof forCdktf;

/** A construct library with our constructs for it. */
export interface Kit {
  readonly library: Library;
  readonly constructs: Constructs;
}

/** Both of them by name. */
export const kits: readonly (readonly [string, Kit])[] = [
  ['cdktf', { library: cdktf, constructs: forCdktf }],
  // The same classes by another library's name; private members alone make their types differ.
  ['cdktn', { library: cdktn, constructs: forCdktn } as unknown as Kit],
];
