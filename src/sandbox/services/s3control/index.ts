import type { World } from '../../store/types.js';
import { WireError, type WireRequest, type WireResponse } from '../../types.js';
import { s3Error } from '../s3/errors.js';
import {
  deleteAccessPointPolicy,
  getAccessPointPolicy,
  getAccessPointPolicyStatus,
  putAccessPointPolicy,
} from './access-point-policy.js';
import { createAccessPoint, deleteAccessPoint, getAccessPoint, listAccessPoints } from './access-points.js';
import { accountOf, type ControlCall } from './call.js';
import { deleteAccountBlock, getAccountBlock, putAccountBlock } from './public-access-block.js';
import { listTags, tagResource, untagResource } from './resource-tags.js';
import { controlError } from './xml.js';

type Handler = (call: ControlCall, name: string) => WireResponse;

const ROUTES: readonly { readonly path: RegExp; readonly methods: Readonly<Record<string, Handler>> }[] = [
  { path: /^accesspoint\/?()$/, methods: { GET: listAccessPoints } },
  {
    path: /^accesspoint\/([^/]+)\/policy$/,
    methods: { GET: getAccessPointPolicy, PUT: putAccessPointPolicy, DELETE: deleteAccessPointPolicy },
  },
  { path: /^accesspoint\/([^/]+)\/policyStatus$/, methods: { GET: getAccessPointPolicyStatus } },
  {
    path: /^accesspoint\/([^/]+)$/,
    methods: { GET: getAccessPoint, PUT: createAccessPoint, DELETE: deleteAccessPoint },
  },
  {
    path: /^configuration\/publicAccessBlock()$/,
    methods: { GET: getAccountBlock, PUT: putAccountBlock, DELETE: deleteAccountBlock },
  },
  { path: /^tags\/(.+)$/, methods: { GET: listTags, POST: tagResource, DELETE: untagResource } },
];

/** A name may be given as the access point's ARN; the last part names it. */
function plainName(name: string): string {
  return /^arn:[^:]+:s3:[^:]+:\d{12}:accesspoint\/([^/]+)$/.exec(name)?.[1] ?? name;
}

function route(call: ControlCall): WireResponse {
  const path = call.request.path.replace(/^\/v20180820\//, '').replace(/^accesspoint\/arn:[^/]+\//, 'accesspoint/');
  for (const { path: pattern, methods } of ROUTES) {
    const match = pattern.exec(path);
    if (match === null) continue;
    const handler = methods[call.request.method];
    if (handler === undefined) throw s3Error('MethodNotAllowed');
    const name = match[1] ?? '';
    return handler(call, path.startsWith('tags/') ? name : plainName(name));
  }
  throw s3Error('NotImplemented');
}

/**
 * Answers a request to S3 Control (REST/XML under `/v20180820/`): access points, their policies and tags, and
 * account-level Block Public Access.
 *
 * @returns what S3 Control would answer, errors included
 */
export async function handleS3Control(request: WireRequest, world: World): Promise<WireResponse> {
  try {
    return route({ request, world, account: accountOf(request) });
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    return controlError(error, request.requestId);
  }
}
