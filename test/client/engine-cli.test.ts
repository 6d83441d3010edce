// The engine is found from wherever the provider runs, the nearest first.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { engineCli } from '../../provider/client/engine-cli';
import { removeFolder, tempFolder } from '../support/temp-folder';

const engineBin = 'dist/bundled-engine/bin.js';

let folder: string;

beforeEach(async () => {
  folder = await tempFolder();
});

afterEach(() => removeFolder(folder));

async function put(file: string, text = ''): Promise<string> {
  await mkdir(dirname(join(folder, file)), { recursive: true });
  await writeFile(join(folder, file), text);
  return join(folder, file);
}

/** As seen from a plugin folder, far from the package. */
function find(env: Record<string, string> = {}): string | null {
  const from = join(folder, 'plugins/cinderkit/0.1.0/linux_amd64');
  const home = join(folder, 'home');
  return engineCli({ env: { HOME: home, ...env }, projectFolder: join(folder, 'work/a/b'), from });
}

test('nothing anywhere is null', () => {
  expect(find()).toBeNull();
});

test('what CINDERKIT_ENGINE_CLI names is taken, whatever else there is', async () => {
  await put(`work/node_modules/cinderkit/${engineBin}`);
  expect(find({ CINDERKIT_ENGINE_CLI: '/somewhere/cli.js' })).toBe('/somewhere/cli.js');
});

test('the package of the project comes before the recorded one', async () => {
  const recorded = await put(`package/${engineBin}`);
  const record = JSON.stringify({ package: join(folder, 'package') });
  await put('home/.local/share/cinderkit/install.json', record);
  expect(find()).toBe(recorded);
  const own = await put(`work/node_modules/cinderkit/${engineBin}`);
  expect(find()).toBe(own);
});

test('the record lies where XDG_DATA_HOME says', async () => {
  const recorded = await put(`package/${engineBin}`);
  await put('data/cinderkit/install.json', JSON.stringify({ package: join(folder, 'package') }));
  expect(find({ XDG_DATA_HOME: join(folder, 'data') })).toBe(recorded);
});

test('a record that is damaged, or names what is gone, counts as none', async () => {
  const file = 'home/.local/share/cinderkit/install.json';
  for (const text of ['{', '[]', '{"package":1}', `{"package":"${folder}/gone"}`]) {
    await put(file, text);
    expect(find()).toBeNull();
  }
});
