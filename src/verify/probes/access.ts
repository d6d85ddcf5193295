import type { ProbeAnswer, ProbePort } from '../../aws/ports.js';
import type { ResolvedBucket } from '../../connection/types.js';
import { type Answer, meaningOf, probed, undecided } from '../answers.js';
import type { ExpectedRow } from '../expected.js';
import { grants, onlyThroughAccessPoint } from '../grants.js';
import { listPrefix, throughOf } from '../requests.js';
import { getMissing, refusedAction } from './missing-key.js';
import type { Actor, Stage, Zone } from './stage.js';

export interface ProbeScene {
  readonly bucket: ResolvedBucket;
  readonly stage: Stage;
  /** As the connection's identity, by the way that the row takes. */
  readonly identity: { readonly bucket: Actor; readonly 'access-point': Actor } | undefined;
  readonly anybody: ProbePort;
}

const verdict = (answer: ProbeAnswer): Answer['actual'] => {
  const meaning = meaningOf(answer);
  return meaning === 'missing' ? 'error' : meaning;
};

/** Asks one row about a bucket for real. `skipped` where a probe proves nothing from here. */
export async function probeRow(row: ExpectedRow, s: ProbeScene): Promise<Answer> {
  if (row.kind === 'public') return probePublic(row, s);
  const identity = s.identity?.[throughOf(row.kind, s.bucket)];
  if (identity === undefined) return undecided('nobody here can ask as the identity of the connection');
  switch (row.kind) {
    case 'location': {
      const answer = await identity.port.getBucketLocation(identity.target);
      return probed(verdict(answer), answer, 'GetBucketLocation');
    }
    case 'list':
    case 'access-point.list':
      return probeList(row, identity, s);
    case 'list.outside-prefix':
      return anyOf([
        listing(identity, s.stage.freshKey('outside'), 'outside the prefix'),
        listing(identity, '', 'without a prefix'),
      ]);
    case 'get':
    case 'access-point.get':
    case 'get.direct':
      return probeGet(identity, 'inside', s, row.expect);
    case 'get.outside-prefix':
      return probeGet(identity, 'outside', s, row.expect);
    case 'put':
    case 'access-point.put':
    case 'put.direct':
      return probePut(identity, 'inside', s.stage);
    case 'put.outside-prefix':
      return probePut(identity, 'outside', s.stage);
    case 'delete':
      return probeDelete(identity, 'inside', s.stage);
    case 'delete.outside-prefix':
      return probeDelete(identity, 'outside', s.stage);
    case 'acl':
      return probeAcl(identity, s);
    case 'multipart': {
      const { answer } = await s.stage.upload(identity, 'inside');
      return probed(verdict(answer), answer, 'CreateMultipartUpload and AbortMultipartUpload');
    }
    case 'policy':
      return probePolicy(identity);
    case 'tls':
      return probeTls(identity, s);
    default:
      return undecided('no probe answers this');
  }
}

async function listing(actor: Actor, prefix: string, where: string): Promise<Answer> {
  const answer = await actor.port.listOne(actor.target, prefix);
  return probed(verdict(answer), answer, `ListObjectsV2 of one key ${where}`);
}

/** Allowed where one of them is; else the first answer, an error before a denial. */
async function anyOf(asked: readonly Promise<Answer>[]): Promise<Answer> {
  const answers = await Promise.all(asked);
  for (const actual of ['allow', 'error', 'skipped', 'deny'] as const) {
    const found = answers.find((answer) => answer.actual === actual);
    if (found !== undefined) return found;
  }
  return undecided('nothing was asked');
}

async function probeList(row: ExpectedRow, actor: Actor, { bucket, stage }: ProbeScene): Promise<Answer> {
  const prefix = row.expect === 'allow' ? listPrefix(bucket) : bucket.prefix;
  if (prefix === '') return listing(actor, prefix, 'without a prefix');
  const under = async () => {
    const answer = await stage.list(actor);
    return probed(verdict(answer), answer, 'ListObjectsV2 of one key under the prefix');
  };
  return row.expect === 'allow' ? under() : anyOf([under(), listing(actor, '', 'without a prefix')]);
}

/** GetObject on a probe object, else HEAD on one object that is there (its body is never read), else on a missing key. */
async function probeGet(actor: Actor, zone: Zone, s: ProbeScene, expect: ExpectedRow['expect']): Promise<Answer> {
  // Where a probe object would set off somebody's workflow, an object that is there does as well.
  const quiet = zone === 'inside' && (await s.stage.sendsEvents(zone)) ? await s.stage.existing() : undefined;
  if (quiet !== undefined) return headExisting(actor, quiet);
  const key = await s.stage.seed(zone);
  if (key !== undefined) {
    const answer = await actor.port.get(actor.target, key);
    return probed(verdict(answer), answer, 'GetObject of a probe object');
  }
  const existing = zone === 'inside' ? await s.stage.existing() : undefined;
  if (existing !== undefined) return headExisting(actor, existing);
  // For everybody the row asks for a listing besides, so that a denial needs none of its own.
  const listable = actor.port !== s.anybody || expect === 'allow';
  return getMissing(actor, s.stage.freshKey(zone), { expect, listable });
}

async function headExisting(actor: Actor, key: string): Promise<Answer> {
  const answer = await actor.port.head(actor.target, key);
  const meaning = meaningOf(answer);
  return probed(meaning === 'missing' ? 'allow' : meaning, answer, 'HeadObject of an object that is there');
}

async function probePut(actor: Actor, zone: Zone, stage: Stage): Promise<Answer> {
  const [writable, events] = await Promise.all([stage.writable(zone), stage.sendsEvents(zone)]);
  if (writable && !events) {
    const { answer } = await stage.put(actor, zone);
    return probed(verdict(answer), answer, 'PutObject of a probe object');
  }
  const why = writable ? 'the bucket may send events' : 'an object could not be removed again';
  const { answer } = await stage.upload(actor, zone);
  return probed(verdict(answer), answer, `CreateMultipartUpload and AbortMultipartUpload, because ${why}`);
}

async function probeDelete(actor: Actor, zone: Zone, stage: Stage): Promise<Answer> {
  if (!(await stage.deletable(zone))) {
    return undecided('a delete would leave a marker in this versioned bucket (--allow-residue lets it)');
  }
  const { answer } = await stage.remove(actor, zone);
  return probed(verdict(answer), answer, 'DeleteObject of a key of this run');
}

/** PutObjectAcl; a bucket without ACLs answers 400 to who may set them (S3 User Guide, "Controlling ownership of objects"). */
async function probeAcl(actor: Actor, s: ProbeScene): Promise<Answer> {
  const seed = await s.stage.seed('inside');
  const answer = await actor.port.putAcl(actor.target, seed ?? s.stage.freshKey('inside'));
  if (answer.code === 'AccessControlListNotSupported') {
    return probed('allow', answer, 'PutObjectAcl is allowed; the bucket takes no ACLs');
  }
  const meaning = meaningOf(answer);
  if (seed === undefined && meaning === 'missing') return probed('allow', answer, 'PutObjectAcl of a missing key');
  const telling =
    refusedAction(answer) === 's3:PutObjectAcl' ||
    s.bucket.objectOwnership === 'BucketOwnerEnforced' ||
    grants(s.bucket, 'list');
  if (seed === undefined && meaning === 'deny' && !telling) {
    return undecided('PutObjectAcl of a missing key is refused, which proves nothing', 'probe', answer.code);
  }
  return probed(verdict(answer), answer, 'PutObjectAcl');
}

/** A body that is no JSON: nothing is ever written. 405 is the answer to callers of another account. */
async function probePolicy(actor: Actor): Promise<Answer> {
  const answer = await actor.port.putInvalidPolicy(actor.target);
  const detail = 'PutBucketPolicy with a body that is no policy';
  if (answer.status === 405) return probed('deny', answer, detail);
  const meaning = meaningOf(answer);
  if (meaning === 'error' && answer.status === 400 && isAboutBody(answer.code)) return probed('allow', answer, detail);
  return probed(meaning === 'missing' ? 'error' : meaning, answer, detail);
}

const isAboutBody = (code: string | null): boolean =>
  code === null ||
  code === 'MalformedPolicy' ||
  code === 'MalformedJSON' ||
  code === 'InvalidRequest' ||
  code === 'BadRequest';

/** Whether something is granted that plain http could be tried with. */
export const canProbeTls = (bucket: ResolvedBucket): boolean =>
  grants(bucket, 'get') && !onlyThroughAccessPoint(bucket);

/** Plain http on an object that https gives; anything else would not tell the transport from a missing right. */
async function probeTls(actor: Actor, s: ProbeScene): Promise<Answer> {
  const key = await s.stage.seed('inside');
  if (key === undefined) return undecided('there is no probe object to ask for over plain http');
  const [secure, plain] = await Promise.all([
    actor.port.get(actor.target, key),
    actor.port.getInsecure(actor.target, key),
  ]);
  if (meaningOf(secure) !== 'allow') return undecided('https is refused as well', 'probe', secure.code);
  return probed(verdict(plain), plain, 'GetObject over plain http');
}

/** Unsigned requests: reading inside and outside the prefix, and listing. */
async function probePublic(row: ExpectedRow, s: ProbeScene): Promise<Answer> {
  const { bucket, stage } = s;
  const anybody: Actor = { port: s.anybody, target: bucket.name };
  const reading = (zone: Zone) => probeGet(anybody, zone, s, row.expect);
  if (row.expect === 'allow') {
    if (bucket.publicPlayback || grants(bucket, 'get')) return reading('inside');
    return listing(anybody, bucket.prefix, 'without a signature');
  }
  const outside = bucket.prefix !== '' && (await stage.writable('outside')) ? [reading('outside')] : [];
  const answer = await anyOf([reading('inside'), ...outside, listing(anybody, bucket.prefix, 'without a signature')]);
  return answer.actual === 'deny' ? { ...answer, detail: 'unsigned GetObject and ListObjectsV2 are refused' } : answer;
}
