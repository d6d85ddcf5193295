import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAwsAccess } from '../../src/aws/access.js';
import type { AwsAccess, AwsCallRecord } from '../../src/aws/ports.js';
import { loadConnections } from '../../src/connection/load.js';
import { resolveConnections } from '../../src/connection/resolve.js';
import type { ConnectionsFile, ResolvedConnection } from '../../src/connection/types.js';
import { type RunningSandbox, startSandbox } from '../../src/sandbox/index.js';

export interface Rig {
  readonly sandbox: RunningSandbox;
  readonly aws: AwsAccess;
  /** Every AWS call so far; cut it to count those of one step. */
  readonly calls: AwsCallRecord[];
  readonly folder: string;
  /** The connections of a file with this content. */
  resolve(file: ConnectionsFile, names?: readonly string[]): Promise<readonly ResolvedConnection[]>;
  state(): Promise<string>;
  close(): Promise<void>;
}

/** A sandbox with an administrator's access to it, as the command line would make it. */
export async function rig(o: Parameters<typeof startSandbox>[0] = {}): Promise<Rig> {
  const sandbox = await startSandbox(o);
  const calls: AwsCallRecord[] = [];
  const aws = createAwsAccess({
    profile: undefined,
    profileFromFlag: false,
    region: undefined,
    endpointUrl: undefined,
    concurrency: 16,
    env: sandbox.env,
    onCall: (call) => calls.push(call),
  });
  const folder = await mkdtemp(join(tmpdir(), 's3connect-engine-'));
  let files = 0;
  return {
    sandbox,
    aws,
    calls,
    folder,
    async resolve(file, names = []) {
      const path = join(folder, `connections-${files++}.json`);
      await writeFile(path, JSON.stringify(file));
      return resolveConnections({ file: await loadConnections(path), flags: {}, names, cwd: folder });
    },
    state: async () => (await fetch(`${sandbox.endpoint}/_sandbox/state`)).text(),
    async close() {
      aws.close();
      await sandbox.close();
    },
  };
}

const WRITES = /^(Create|Put|Delete|Update|Attach|Detach|Tag|Untag|Set|Subscribe|Unsubscribe|Add|Remove)/;

/** The calls that changed something. */
export function writesOf(calls: readonly AwsCallRecord[]): readonly string[] {
  return calls.map(({ operation }) => operation).filter((operation) => WRITES.test(operation));
}
