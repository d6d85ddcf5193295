import type { BlockPublicAccess } from '../../../policy/types.js';
import { type AccessPoint, accessPointKey, BLOCK_ALL } from '../../store/buckets.js';
import type { WireResponse } from '../../types.js';
import { accessPointArn } from '../s3/arns.js';
import { blockElements, readBlock } from '../s3/bucket-settings.js';
import { s3Error } from '../s3/errors.js';
import { checkTags, tagsOf } from '../s3/tags.js';
import { childOf, element, optional, parseXml, textOf } from '../s3/xml.js';
import { authorizeControl, type ControlCall } from './call.js';
import { controlDocument } from './xml.js';

/** Names (S3 User Guide, "Access points: naming rules"). */
function checkName(name: string): void {
  const fits = /^[a-z0-9][a-z0-9-]{1,48}[a-z0-9]$/.test(name) && !name.endsWith('-s3alias');
  if (!fits) throw s3Error('InvalidRequest', { message: 'The access point name is invalid' });
}

/** Condition keys of the calls about an access point. */
export function pointContext(
  point: Pick<AccessPoint, 'name' | 'account' | 'region' | 'vpcId'>,
): Readonly<Record<string, string>> {
  return {
    's3:DataAccessPointArn': accessPointArn(point),
    's3:DataAccessPointAccount': point.account,
    's3:AccessPointNetworkOrigin': point.vpcId === undefined ? 'Internet' : 'VPC',
  };
}

/** ARN that a name in the request's account and region has. */
function arnOfName(call: ControlCall, name: string): string {
  return accessPointArn({ name, account: call.account, region: call.request.region });
}

/** The access point of that name in the request's account and region. Throws NoSuchAccessPoint. */
export function pointOf(call: ControlCall, name: string): AccessPoint {
  const point = call.world.s3.accessPoints.get(accessPointKey(call.account, call.request.region, name));
  if (point === undefined) throw s3Error('NoSuchAccessPoint', { extra: { AccessPointName: name } });
  return point;
}

/** Authorizes, then finds: who may not ask isn't told what there is. */
export function authorizedPoint(call: ControlCall, name: string, action: string): AccessPoint {
  const arn = arnOfName(call, name);
  const point = call.world.s3.accessPoints.get(accessPointKey(call.account, call.request.region, name));
  authorizeControl(call, action, arn, point === undefined ? {} : pointContext(point));
  return pointOf(call, name);
}

function bucketAccountFor(call: ControlCall, bucketName: string, given: string | undefined): string {
  const bucket = call.world.s3.buckets.get(bucketName);
  if (bucket === undefined) throw s3Error('NoSuchBucket', { extra: { BucketName: bucketName } });
  // A bucket of another account has to be named with its account: the access point is then a name for it, no right.
  if (bucket.account !== (given ?? call.account)) throw s3Error('AccessDenied');
  if (bucket.region !== call.request.region) {
    throw s3Error('InvalidRequest', { message: 'The bucket is not in the region of the access point' });
  }
  return bucket.account;
}

/** CreateAccessPoint. Its Block Public Access is set here once, all on unless told otherwise. */
export function createAccessPoint(call: ControlCall, name: string): WireResponse {
  const { request, world, account } = call;
  const body = parseXml(request.body, 'CreateAccessPointRequest');
  const bucketName = textOf(body, 'Bucket') ?? '';
  const vpcId = textOf(childOf(body, 'VpcConfiguration'), 'VpcId');
  const { region } = request;
  const draft = { name, account, region, vpcId };
  const tags = tagsOf(childOf(body, 'Tags'));
  checkTags(tags);
  authorizeControl(call, 's3:CreateAccessPoint', accessPointArn(draft), {
    ...pointContext(draft),
    's3:locationconstraint': region,
    ...Object.fromEntries([...tags].map(([key, value]) => [`aws:RequestTag/${key}`, value])),
    ...(tags.size === 0 ? {} : { 'aws:TagKeys': [...tags.keys()] }),
  });
  if (tags.size > 0) authorizeControl(call, 's3:TagResource', accessPointArn(draft));
  checkName(name);
  const bucketAccount = bucketAccountFor(call, bucketName, textOf(body, 'BucketAccountId'));
  const key = accessPointKey(account, region, name);
  if (world.s3.accessPoints.has(key))
    throw s3Error('AccessPointAlreadyOwnedByYou', { extra: { AccessPointName: name } });
  const block = childOf(body, 'PublicAccessBlockConfiguration');
  const point: AccessPoint = {
    ...draft,
    bucket: bucketName,
    bucketAccount,
    alias: `${name}-${world.random.token(34).toLowerCase()}-s3alias`,
    created: new Date(world.clock()),
    publicAccessBlock: block === undefined ? BLOCK_ALL : (readBlock(block) satisfies BlockPublicAccess),
    tags,
    policy: undefined,
  };
  world.s3.accessPoints.set(key, point);
  return controlDocument(
    'CreateAccessPointResult',
    element('AccessPointArn', accessPointArn(point)),
    element('Alias', point.alias),
  );
}

/** GetAccessPoint. */
export function getAccessPoint(call: ControlCall, name: string): WireResponse {
  const point = authorizedPoint(call, name, 's3:GetAccessPoint');
  const host = `s3-accesspoint.${point.region}.amazonaws.com`;
  return controlDocument(
    'GetAccessPointResult',
    element('Name', point.name),
    element('Bucket', point.bucket),
    element('NetworkOrigin', point.vpcId === undefined ? 'Internet' : 'VPC'),
    point.vpcId === undefined ? undefined : element('VpcConfiguration', element('VpcId', point.vpcId)),
    element('PublicAccessBlockConfiguration', blockElements(point.publicAccessBlock)),
    element('CreationDate', point.created.toISOString()),
    element('Alias', point.alias),
    element('AccessPointArn', accessPointArn(point)),
    element('Endpoints', element('entry', element('key', 'ipv4'), element('value', host))),
    element('BucketAccountId', point.bucketAccount),
  );
}

/** DeleteAccessPoint. */
export function deleteAccessPoint(call: ControlCall, name: string): WireResponse {
  const point = authorizedPoint(call, name, 's3:DeleteAccessPoint');
  call.world.s3.accessPoints.delete(accessPointKey(point.account, point.region, point.name));
  return { status: 204 };
}

/** ListAccessPoints of the account and region, of one bucket where it is named. */
export function listAccessPoints(call: ControlCall): WireResponse {
  authorizeControl(call, 's3:ListAccessPoints', '*');
  const { query, region } = call.request;
  const bucket = query.get('bucket');
  const after = query.get('nextToken') ?? '';
  const max = Number(query.get('maxResults') ?? 1000);
  if (!Number.isInteger(max) || max < 1 || max > 1000)
    throw s3Error('InvalidRequest', { message: 'Invalid maxResults' });
  const all = [...call.world.s3.accessPoints.values()]
    .filter((point) => point.account === call.account && point.region === region && point.name > after)
    .filter((point) => bucket === null || point.bucket === bucket)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const page = all.slice(0, max);
  return controlDocument(
    'ListAccessPointsResult',
    element(
      'AccessPointList',
      page.map((point) =>
        element(
          'AccessPoint',
          element('Name', point.name),
          element('NetworkOrigin', point.vpcId === undefined ? 'Internet' : 'VPC'),
          point.vpcId === undefined ? undefined : element('VpcConfiguration', element('VpcId', point.vpcId)),
          element('Bucket', point.bucket),
          element('AccessPointArn', accessPointArn(point)),
          element('Alias', point.alias),
          element('BucketAccountId', point.bucketAccount),
        ),
      ),
    ),
    optional('NextToken', all.length > max ? page.at(-1)?.name : undefined),
  );
}
