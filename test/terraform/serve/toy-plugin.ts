// A provider small enough to see through, served by the real server in a process of its own. What
// it does is said by the type name that a call carries.
import { appendFileSync } from 'node:fs';
import { Diagnostic_Severity } from '../../../provider/terraform/protocol/generated/tfplugin6';
import {
  ApplyResourceChange_Response,
  GetMetadata_Response,
  ListResource_Event,
  ReadDataSource_Response,
  StopProvider_Response,
  UpgradeResourceState_Response,
} from '../../../provider/terraform/protocol/generated/tfplugin6';
import type { Call, ProviderMethods } from '../../../provider/terraform/protocol/methods';
import { isCallerAlive } from '../../../provider/terraform/serve/parent-watch';
import { serveProvider } from '../../../provider/terraform/serve/serve-provider';

const journal = process.env['TOY_JOURNAL'] ?? '';
const note = (line: string): void => {
  if (journal) appendFileSync(journal, `${line}\n`);
};

function aborted({ signal }: Call): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

const toy: Partial<ProviderMethods> = {
  async getMetadata() {
    // What no code of ours does, a library may do.
    // oxlint-disable-next-line no-console
    console.log('printed by the code of a provider');
    process.stdout.write('written by the code of a provider\n');
    return GetMetadata_Response.create({ resources: [{ typeName: 'toy_thing' }] });
  },
  async readDataSource({ typeName, config }, call) {
    note(`begun ${typeName}`);
    if (typeName === 'toy_wait') await aborted(call);
    note(`aborted ${typeName} alive=${isCallerAlive()} why=${String(call.signal.reason?.message)}`);
    return ReadDataSource_Response.create({ state: config });
  },
  async upgradeResourceState({ rawState }) {
    return UpgradeResourceState_Response.create({
      upgradedState: { json: rawState?.json ?? new Uint8Array() },
    });
  },
  async applyResourceChange({ typeName }) {
    if (typeName === 'toy_broken') throw new Error('the disk is gone');
    return ApplyResourceChange_Response.create({
      diagnostics: [{ severity: Diagnostic_Severity.WARNING, summary: 'hm' }],
    });
  },
  async validateProviderConfig() {
    throw new Error('no such cloud');
  },
  async callFunction() {
    throw new Error('no such size');
  },
  async *listResource({ limit, typeName }, call) {
    for (let at = 0; at < limit; at += 1) {
      if (typeName === 'toy_broken' && at === 2) throw new Error('the list broke');
      if (call.signal.aborted) break;
      yield ListResource_Event.create({ displayName: `${at}` });
    }
    note('list ended');
  },
  async stopProvider() {
    return StopProvider_Response.create({});
  },
};

void serveProvider(async () => {
  if (process.env['TOY_LOAD'] === 'fails') throw new Error('a file of the provider is missing');
  return toy;
});
