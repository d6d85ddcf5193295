import { createEpoch, createTable, type Epoch, type Propagation, type Table } from '../propagation.js';
import { awsManagedPolicy } from './aws-managed.js';
import type { AccessKey, InstanceProfile, ManagedPolicy, Random, Role, Session, User } from './types.js';

/** Everything that IAM and STS keep, of all accounts. */
export interface IamStore {
  readonly roles: Table<Role>;
  readonly users: Table<User>;
  readonly policies: Table<ManagedPolicy>;
  readonly keys: Table<AccessKey>;
  /** By `ACCOUNT/name`. */
  readonly instanceProfiles: Map<string, InstanceProfile>;
  /** By access key id. */
  readonly sessions: Map<string, Session>;
  readonly epoch: Epoch;
  /** Users and roles of other accounts that exist because they were named: ARN to unique id, and back. */
  readonly named: { idOf(arn: string): string; arnOf(id: string): string | undefined };
  /** The id of a named principal that is now made by a call; it is no longer only named. */
  claimName(arn: string): string | undefined;
  clear(): void;
}

/** Names are unique in an account without regard to case ("IAM and STS quotas", IAM name requirements). */
export function nameKey(account: string, name: string): string {
  return `${account}/${name.toLowerCase()}`;
}

/** An empty store. */
export function createIamStore(propagation: Propagation, random: Random): IamStore {
  const epoch = createEpoch(propagation.now);
  const ids = new Map<string, string>();
  const arns = new Map<string, string>();
  const store: IamStore = {
    roles: createTable(propagation, epoch),
    users: createTable(propagation, epoch),
    policies: createTable(propagation, epoch),
    keys: createTable(propagation, epoch),
    instanceProfiles: new Map(),
    sessions: new Map(),
    epoch,
    named: {
      idOf: (arn) => {
        const known = ids.get(arn);
        if (known !== undefined) return known;
        const id = `${arn.includes(':role/') ? 'AROA' : 'AIDA'}${random.id(17)}`;
        ids.set(arn, id);
        arns.set(id, arn);
        return id;
      },
      arnOf: (id) => arns.get(id),
    },
    claimName: (arn) => {
      const id = ids.get(arn);
      if (id !== undefined) {
        ids.delete(arn);
        arns.delete(id);
      }
      return id;
    },
    clear: () => {
      for (const table of [store.roles, store.users, store.policies, store.keys]) table.clear();
      store.instanceProfiles.clear();
      store.sessions.clear();
      ids.clear();
      arns.clear();
    },
  };
  return store;
}

/** A managed policy by ARN as the other calls see it, AWS's own ones included. */
export function visiblePolicy(store: IamStore, arn: string): ManagedPolicy | undefined {
  const aws = awsManagedPolicy(arn);
  if (aws !== undefined) return aws;
  const key = policyKey(arn);
  const found = key === undefined ? undefined : store.policies.visible(key);
  return found?.arn === arn ? found : undefined;
}

/** A managed policy by ARN as it was written last. */
export function newestPolicy(store: IamStore, arn: string): ManagedPolicy | undefined {
  const aws = awsManagedPolicy(arn);
  if (aws !== undefined) return aws;
  const key = policyKey(arn);
  const found = key === undefined ? undefined : store.policies.newest(key);
  return found?.arn === arn ? found : undefined;
}

/** `ACCOUNT/name` of a managed policy's ARN. */
export function policyKey(arn: string): string | undefined {
  const match = /^arn:[a-z-]+:iam::(\d{12}):policy\/(?:.*\/)?([^/]+)$/.exec(arn);
  return match ? nameKey(match[1]!, match[2]!) : undefined;
}
