import { randomUUID } from 'node:crypto';
import type { NotificationDocument, ProbeAnswer, ProbePort } from '../../aws/ports.js';
import type { ResolvedBucket } from '../../connection/types.js';
import { meaningOf } from '../answers.js';
import { grants } from '../grants.js';
import { insideKey, isProbeKey, outsideKey } from '../keys.js';
import type { Seen } from '../live.js';
import { sendsFor } from '../notification.js';

export type Zone = 'inside' | 'outside';

/** Somebody who can send probes, and the name under which the bucket is reached. */
export interface Actor {
  readonly port: ProbePort;
  /** Bucket name or access point ARN. */
  readonly target: string;
}

/** What the caller may know about the bucket before anything is written. */
export interface BucketSettings {
  readonly versioning: Seen<'Enabled' | 'Suspended' | undefined>;
  readonly objectLock: Seen<boolean>;
  readonly notification: Seen<NotificationDocument>;
}

export interface StageInputs {
  readonly bucket: ResolvedBucket;
  /** The connection's identity, once it is there; undefined where nobody can ask as it. */
  readonly identity: () => Promise<Actor | undefined>;
  /** The caller's own identity on the bucket itself; undefined without credentials. */
  readonly caller: Actor | undefined;
  readonly settings: () => Promise<BucketSettings>;
  readonly noWrite: boolean;
  readonly allowResidue: boolean;
  readonly onResidue: (what: string) => void;
}

export interface WriteAnswer {
  readonly answer: ProbeAnswer;
  readonly key: string;
}

/** One bucket's probe objects: put only where they can be taken away again, known to the last one, removed at the end. */
export interface Stage {
  freshKey(zone: Zone): string;
  /** Whether an object may be written here: somebody can remove it with all that is left of it, or residue is allowed. */
  writable(zone: Zone): Promise<boolean>;
  /** Whether the bucket would tell others about a probe object; unknown counts as yes. */
  sendsEvents(zone: Zone): Promise<boolean>;
  /** Whether deleting a key that doesn't exist could leave a marker that stays. */
  deletable(zone: Zone): Promise<boolean>;
  /** Key of a probe object that is there to be read, or undefined where nobody may put one. */
  seed(zone: Zone): Promise<string | undefined>;
  /** Starts what needs no identity but the caller's, so that it is there when the identity is. */
  prepare(zones: readonly Zone[]): void;
  /** A real PutObject as this actor. */
  put(actor: Actor, zone: Zone): Promise<WriteAnswer>;
  /** CreateMultipartUpload as this actor, aborted at once. */
  upload(actor: Actor, zone: Zone): Promise<WriteAnswer>;
  /** DeleteObject on a key of this run. */
  remove(actor: Actor, zone: Zone): Promise<WriteAnswer>;
  /** A listing of one key under the connection's prefix; what it finds serves `existing` as well. */
  list(actor: Actor): Promise<ProbeAnswer & { readonly key: string | null }>;
  /** Key of one object under the prefix that is there already; never more than one is listed. */
  existing(): Promise<string | undefined>;
  cleanUp(): Promise<void>;
}

interface Made {
  readonly key: string;
  readonly versionId: string | null;
  readonly by: Actor;
}

const header = (answer: ProbeAnswer, name: string): string | undefined => answer.headers[name];
const isMarker = (answer: ProbeAnswer): boolean => header(answer, 'x-amz-delete-marker') === 'true';
/** Anything but a refusal shows that the right is there; a missing key or version is no refusal. */
const permitted = (answer: ProbeAnswer): boolean => {
  const meaning = meaningOf(answer);
  return meaning === 'allow' || meaning === 'missing' || answer.status === 400;
};

export function createStage(i: StageInputs): Stage {
  const { bucket } = i;
  const objects: Made[] = [];
  const uploads: { key: string; uploadId: string; by: Actor }[] = [];
  const memo = new Map<string, Promise<unknown>>();
  const once = <T>(key: string, ask: () => Promise<T>): Promise<T> => {
    const known = memo.get(key) as Promise<T> | undefined;
    if (known !== undefined) return known;
    const answer = ask();
    memo.set(key, answer);
    return answer;
  };
  const settings = () => once('settings', i.settings);
  const freshKey = (zone: Zone) => (zone === 'inside' ? insideKey : outsideKey)(bucket.prefix, randomUUID());

  /** Deletes one of our keys or versions and remembers the marker that a versioned bucket may make of it. */
  async function removeOnce(actor: Actor, key: string, versionId?: string): Promise<ProbeAnswer> {
    const answer = await actor.port.remove(actor.target, key, versionId);
    if (versionId === undefined && meaningOf(answer) === 'allow' && isMarker(answer)) {
      objects.push({ key, versionId: header(answer, 'x-amz-version-id') ?? 'null', by: actor });
    }
    return answer;
  }

  /** Tries the right to remove on a key that nobody uses: nothing is written before somebody can clean up. */
  async function canRemove(actor: Actor, zone: Zone): Promise<boolean> {
    const { versioning, objectLock } = await settings();
    const key = freshKey(zone);
    if (versioning.readable && versioning.value !== undefined) {
      if (!objectLock.readable || objectLock.value) return false;
      return permitted(await actor.port.remove(actor.target, key, 'null'));
    }
    const answer = await removeOnce(actor, key);
    if (meaningOf(answer) !== 'allow') return false;
    if (!isMarker(answer)) return true;
    // The bucket is versioned after all: only who can take the marker away again may write.
    const versionId = header(answer, 'x-amz-version-id') ?? 'null';
    const gone = permitted(await actor.port.remove(actor.target, key, versionId));
    if (gone) forget(key, versionId);
    return gone;
  }

  function forget(key: string, versionId: string | null): void {
    const at = objects.findIndex((made) => made.key === key && made.versionId === versionId);
    if (at >= 0) objects.splice(at, 1);
  }

  const remover = (zone: Zone): Promise<Actor | undefined> =>
    once(`remover ${zone}`, async () => {
      if (i.noWrite) return undefined;
      if (i.caller !== undefined && (await canRemove(i.caller, zone))) return i.caller;
      if (zone === 'outside' || !grants(bucket, 'delete')) return undefined;
      const identity = await i.identity();
      if (identity === undefined || identity === i.caller) return undefined;
      return (await canRemove(identity, zone)) ? identity : undefined;
    });

  const writable = async (zone: Zone): Promise<boolean> =>
    !i.noWrite && (i.allowResidue || (await remover(zone)) !== undefined);

  async function put(actor: Actor, zone: Zone): Promise<WriteAnswer> {
    const key = freshKey(zone);
    const answer = await actor.port.put(actor.target, key, 's3connect probe');
    // Without a clear refusal the object may be there, although its answer was lost.
    const refused = answer.status >= 300 && answer.status < 500;
    if (!refused) objects.push({ key, versionId: answer.versionId, by: actor });
    return { answer, key };
  }

  async function removeAll(key: string, versionId: string | null, by: Actor): Promise<boolean> {
    const known = await Promise.all([remover('inside').catch(() => undefined), i.identity().catch(() => undefined)]);
    const hands = [known[0], i.caller, by, known[1]].filter((actor) => actor !== undefined);
    for (const actor of new Set(hands)) {
      const answer = await actor.port.remove(actor.target, key, versionId ?? undefined);
      if (meaningOf(answer) === 'allow' || meaningOf(answer) === 'missing') {
        const marker = versionId === null && isMarker(answer) ? header(answer, 'x-amz-version-id') : undefined;
        return marker === undefined || removeAll(key, marker, actor);
      }
    }
    return false;
  }

  async function abort(upload: { key: string; uploadId: string; by: Actor }): Promise<boolean> {
    for (const actor of new Set([upload.by, i.caller].filter((each) => each !== undefined))) {
      const answer = await actor.port.abortMultipart(actor.target, upload.key, upload.uploadId);
      if (meaningOf(answer) === 'allow' || meaningOf(answer) === 'missing') return true;
    }
    return false;
  }

  async function sendsEvents(zone: Zone): Promise<boolean> {
    const { notification } = await settings();
    if (!notification.readable) return true;
    const key = freshKey(zone);
    const { TopicConfigurations = [], ...others } = notification.value;
    const other = Object.values(others).some((each) => (Array.isArray(each) ? each.length > 0 : each !== undefined));
    return other || TopicConfigurations.some((each) => sendsFor(each, { prefix: key, suffix: key }));
  }

  type Listing = Awaited<ReturnType<ProbePort['listOne']>>;
  const listings = new Map<ProbePort, { readonly target: string; readonly answer: Promise<Listing> }>();
  const list = (actor: Actor): Promise<Listing> => {
    const asked = { target: actor.target, answer: actor.port.listOne(actor.target, bucket.prefix) };
    listings.set(actor.port, asked);
    return asked.answer;
  };
  /** The last listing of this actor, where it was allowed, else a new one. */
  const listed = async (actor: Actor): Promise<Listing> => {
    const last = listings.get(actor.port);
    const answer = last?.target === actor.target ? await last.answer : undefined;
    return answer !== undefined && meaningOf(answer) === 'allow' ? answer : list(actor);
  };

  const seed = (zone: Zone): Promise<string | undefined> =>
    once(`seed ${zone}`, async () => {
      if (!(await writable(zone))) return undefined;
      if (i.caller !== undefined) {
        const { answer, key } = await put(i.caller, zone);
        if (meaningOf(answer) === 'allow') return key;
      }
      const identity = zone === 'inside' && grants(bucket, 'put') ? await i.identity() : undefined;
      if (identity === undefined || identity === i.caller) return undefined;
      const { answer, key } = await put(identity, zone);
      return meaningOf(answer) === 'allow' ? key : undefined;
    });

  return {
    freshKey,
    writable,
    put,
    sendsEvents,
    seed,
    list,
    prepare: (zones) => {
      if (i.noWrite) return;
      for (const zone of zones) {
        // Whatever fails here fails again, and is told, in the row that needs it.
        sendsEvents(zone)
          .then(async (events) => {
            if (events) await writable(zone);
            else await seed(zone);
          })
          .catch(() => {});
      }
    },
    deletable: async (zone) => {
      const { versioning } = await settings();
      if (versioning.readable && versioning.value === undefined) return true;
      return (!versioning.readable || (await writable(zone))) && !i.noWrite;
    },
    upload: async (actor, zone) => {
      const key = freshKey(zone);
      const answer = await actor.port.createMultipart(actor.target, key);
      if (meaningOf(answer) === 'allow' && answer.uploadId !== null) {
        const upload = { key, uploadId: answer.uploadId, by: actor };
        uploads.push(upload);
        if (await abort(upload)) uploads.splice(uploads.indexOf(upload), 1);
      }
      return { answer, key };
    },
    remove: async (actor, zone) => {
      const key = freshKey(zone);
      return { answer: await removeOnce(actor, key), key };
    },
    existing: () =>
      once('existing', async () => {
        for (const actor of [await i.identity(), i.caller]) {
          if (actor === undefined) continue;
          const answer = await listed(actor);
          // A folder's own empty object is an object; a probe of another run may be gone in a moment.
          if (meaningOf(answer) === 'allow')
            return answer.key === null || isProbeKey(answer.key) ? undefined : answer.key;
        }
        return undefined;
      }),
    cleanUp: async () => {
      const left = await Promise.all([
        ...objects.map(async ({ key, versionId, by }) => ((await removeAll(key, versionId, by)) ? undefined : key)),
        ...uploads.map(async (upload) => ((await abort(upload)) ? undefined : `${upload.key} (an upload)`)),
      ]);
      objects.length = 0;
      uploads.length = 0;
      for (const key of left) if (key !== undefined) i.onResidue(`s3://${bucket.name}/${key}`);
    },
  };
}
