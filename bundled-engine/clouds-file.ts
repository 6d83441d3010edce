// clouds.yaml: how people and tools log in to this engine. Invariants: only its owner can read it;
// it is replaced in one move; the passwords in it are the only copy, for the records have hashes
// alone.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from './host/error-facts';
import { cloudsFileName, engineClouds } from '../schema/wire/engine-folder';
import { writeWhole } from './host/files';

/** The passwords of the two clouds. */
export interface CloudPasswords {
  readonly admin: string;
  readonly member: string;
}

/** What clouds.yaml is made from. */
export interface CloudsFile {
  /** Scheme, host and port of the engine. */
  readonly url: string;
  readonly region: string;
  readonly passwords: CloudPasswords;
}

/** Names of the accounts that the first start makes. */
export const accounts = {
  project: 'cinderkit',
  admin: 'admin',
  member: 'member',
} as const;

/** Absolute path of the file in a data folder. */
export function cloudsFilePath(dataFolder: string): string {
  return join(dataFolder, cloudsFileName);
}

/** Writes the file where it does not say this already. Repeatable. */
export async function writeClouds(dataFolder: string, clouds: CloudsFile): Promise<void> {
  const text = cloudsText(clouds);
  const path = cloudsFilePath(dataFolder);
  if ((await textOf(path)) !== text) await writeWhole(path, text, 0o600);
}

/** The passwords in the file; null where it is missing or not as it was written. */
export async function readPasswords(dataFolder: string): Promise<CloudPasswords | null> {
  const text = (await textOf(cloudsFilePath(dataFolder))) ?? '';
  const passwords = [...text.matchAll(/^ {6}password: "([A-Za-z0-9_-]{43})"$/gm)];
  const [admin, member] = passwords.map(([, password]) => password);
  const isOurs = passwords.length === 2 && admin !== undefined && member !== undefined;
  return isOurs ? { admin, member } : null;
}

function cloudsText({ url, region, passwords }: CloudsFile): string {
  const entry = (cloud: string, user: string, password: string): string =>
    [
      `  ${cloud}:`,
      '    auth:',
      `      auth_url: "${url}/identity/v3"`,
      `      username: "${user}"`,
      `      password: "${password}"`,
      `      project_name: "${accounts.project}"`,
      '      user_domain_name: "Default"',
      '      project_domain_name: "Default"',
      `    region_name: "${region}"`,
      '    interface: "public"',
      '    identity_api_version: "3"',
      '',
    ].join('\n');
  return [
    '# Written by cinderkit engine at every start; the passwords are kept. Keep it to yourself.',
    'clouds:',
    entry(engineClouds.admin, accounts.admin, passwords.admin) +
      entry(engineClouds.member, accounts.member, passwords.member),
  ].join('\n');
}

async function textOf(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw error;
  }
}
