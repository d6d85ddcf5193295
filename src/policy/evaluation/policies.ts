import { asList, isRecord } from '../documents.js';
import { isPublicPolicy } from '../public.js';
import type { BlockPublicAccess, Layer, PolicyDocument, PolicySet } from '../types.js';
import { type CompiledStatement, compileDocument, type PolicyShape } from './statement.js';

/** The documents of one layer, compiled: Denies and Allows apart, each in the order of the documents. */
export interface CompiledLayer {
  readonly layer: Layer;
  /** Number of documents: none means that the layer does not limit. */
  readonly documents: number;
  readonly allows: readonly CompiledStatement[];
  readonly denies: readonly CompiledStatement[];
  /** Version of the document that a statement would be appended to, by its key in the case. */
  readonly versions: ReadonlyMap<string, unknown>;
  readonly hasPrincipal: boolean;
}

/** A whole {@link PolicySet}, compiled. */
export interface CompiledSet {
  readonly trust: CompiledLayer;
  readonly identity: CompiledLayer;
  readonly boundary: CompiledLayer;
  readonly session: CompiledLayer;
  readonly resource: CompiledLayer;
  readonly accessPoint: CompiledLayer;
  readonly key: CompiledLayer;
  readonly scp: CompiledLayer;
  readonly rcp: CompiledLayer;
  readonly blockPublicAccess: { readonly given: boolean; readonly bucket: boolean; readonly accessPoint: boolean };
  readonly publicBucket: boolean;
  readonly publicAccessPoint: boolean;
}

const IDENTITY: PolicyShape = { principal: 'forbidden', resource: 'required' };
const RESOURCE: PolicyShape = { principal: 'required', resource: 'required' };
const TRUST: PolicyShape = { principal: 'required', resource: 'optional' };

type Documents = PolicyDocument | readonly PolicyDocument[] | undefined;

/** Compiles every document of the set. */
export function compileSet(set: PolicySet): CompiledSet {
  const bpa = isRecord(set.blockPublicAccess) ? set.blockPublicAccess : {};
  const account = restricts(bpa.account);
  const bucket = account || restricts(bpa.bucket);
  return {
    trust: compileLayer('trust-policy', 'trustPolicy', set.trustPolicy, TRUST),
    identity: compileLayer('identity-policy', 'identityPolicies', set.identityPolicies ?? [], IDENTITY),
    boundary: compileLayer('permissions-boundary', 'permissionsBoundary', set.permissionsBoundary, IDENTITY),
    session: compileLayer('session-policy', 'sessionPolicies', set.sessionPolicies ?? [], IDENTITY),
    resource: compileLayer('resource-policy', 'resourcePolicy', set.resourcePolicy, RESOURCE),
    accessPoint: compileLayer('access-point-policy', 'accessPointPolicy', set.accessPointPolicy, RESOURCE),
    key: compileLayer('key-policy', 'keyPolicy', set.keyPolicy, RESOURCE),
    scp: compileLayer('scp', 'serviceControlPolicies', set.serviceControlPolicies ?? [], IDENTITY),
    rcp: compileLayer('rcp', 'resourceControlPolicies', set.resourceControlPolicies ?? [], RESOURCE),
    blockPublicAccess: {
      given: set.blockPublicAccess !== undefined,
      bucket,
      accessPoint: bucket || restricts(bpa.accessPoint),
    },
    publicBucket: isRecord(set.resourcePolicy) && isPublicPolicy(set.resourcePolicy, 'bucket'),
    publicAccessPoint: isRecord(set.accessPointPolicy) && isPublicPolicy(set.accessPointPolicy, 'access-point'),
  };
}

function restricts(level: BlockPublicAccess | undefined): boolean {
  return isRecord(level) && level.RestrictPublicBuckets === true;
}

function compileLayer(layer: Layer, key: string, documents: Documents, shape: PolicyShape): CompiledLayer {
  const list = asList<PolicyDocument>(documents).filter(isRecord) as unknown as readonly PolicyDocument[];
  const named = Array.isArray(documents);
  const statements: CompiledStatement[] = [];
  const versions = new Map<string, unknown>();
  for (const [index, document] of asList<PolicyDocument>(documents).entries()) {
    if (!isRecord(document)) continue;
    const policy = named ? `${key}[${index}]` : key;
    versions.set(policy, document.Version);
    statements.push(...compileDocument(document as unknown as PolicyDocument, policy, shape));
  }
  return {
    layer,
    documents: list.length,
    allows: statements.filter((statement) => statement.allow),
    denies: statements.filter((statement) => !statement.allow),
    versions,
    hasPrincipal: shape.principal === 'required',
  };
}
