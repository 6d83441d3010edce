// The life of images: of a file, whose changed content replaces them, and of a volume; and of the
// volumes that start from them.
import { createHash } from 'node:crypto';
import { allNew, changed, fileContent, of } from './scenario';
import type { Program, Scenario } from './scenario';

const digestOf = (text: string): string =>
  createHash('sha512').update(fileContent(text)).digest('hex');

const program: Program = {
  golden: {
    noun: 'image',
    inputs: {
      name: 'golden',
      filePath: 'disk.img',
      diskFormat: 'raw',
      containerFormat: 'bare',
      minDiskGib: 1,
      minRamMib: 64,
      visibility: 'private',
      tags: ['blue', 'amber'],
      properties: { os_distro: 'none' },
    },
  },
  system: { noun: 'volume', inputs: { name: 'system', imageId: of('golden'), sizeGib: 1 } },
  sealed: {
    noun: 'image',
    inputs: { name: 'sealed', volumeId: of('system'), volumeBacked: 'preferred' },
  },
  checked: {
    noun: 'image',
    inputs: { name: 'checked', filePath: 'fixed.img', contentSha512: digestOf('fixed') },
  },
};

const altered = changed(program, 'golden', {
  name: 'gilded',
  minDiskGib: 0,
  minRamMib: 128,
  visibility: 'shared',
  protected: false,
  tags: ['blue', 'crimson'],
  properties: { os_distro: 'other', os_version: '1' },
  timeouts: { createMinutes: 9 },
});

/** The life of images. */
export const imageScenario: Scenario = {
  title: 'images',
  untold: { sealed: ['volumeId'] },
  steps: [
    {
      what: 'are made of a file and of a volume',
      files: { 'disk.img': 'one', 'fixed.img': 'fixed' },
      program,
      planned: allNew(program),
      live: {
        golden: {
          name: 'golden',
          diskFormat: 'raw',
          containerFormat: 'bare',
          minDiskGib: 1,
          minRamMib: 64,
          visibility: 'private',
          tags: ['amber', 'blue'],
          properties: { os_distro: 'none' },
          status: 'active',
        },
        system: { imageId: of('golden'), status: 'available' },
        sealed: { name: 'sealed', status: 'active' },
        checked: { contentSha512: digestOf('fixed') },
      },
    },
    {
      what: 'are altered in place; the order of tags is no change',
      program: altered,
      planned: {
        golden: {
          update: [
            'minDiskGib',
            'minRamMib',
            'name',
            'properties',
            'tags',
            'timeouts',
            'visibility',
          ],
        },
      },
      live: {
        golden: {
          name: 'gilded',
          minDiskGib: 0,
          minRamMib: 128,
          visibility: 'shared',
          tags: ['blue', 'crimson'],
          properties: { os_distro: 'other', os_version: '1' },
        },
      },
    },
    {
      what: 'are mended where they drift',
      behind: [{ alter: 'golden', to: { name: 'theirs', tags: ['theirs'] } }],
      program: changed(altered, 'golden', { tags: ['crimson', 'blue'] }),
      planned: { golden: { update: ['name', 'tags'] } },
      live: { golden: { name: 'gilded', tags: ['blue', 'crimson'] } },
    },
    {
      what: 'are replaced where the content of the file is another, with all that is made of them',
      files: { 'disk.img': 'two' },
      planned: { golden: 'replace', system: 'replace', sealed: 'replace' },
      live: { golden: { status: 'active' }, system: { imageId: of('golden') } },
    },
  ],
};
