import { deleteConflict, type IamAction, limitExceeded, may, members, noSuchEntity, page, timestamp } from './call.js';
import { encodedDocument } from './documents.js';
import { arnIn, documentIn, save, toChange, toShow } from './managed.js';

const VERSION_QUOTA = 5;

const createPolicyVersion: IamAction = (call) => {
  const arn = arnIn(call);
  may(call, 'CreatePolicyVersion', arn);
  const policy = toChange(call, arn);
  const document = documentIn(call);
  if (policy.versions.length >= VERSION_QUOTA) {
    throw limitExceeded(
      `A managed policy can have up to ${VERSION_QUOTA} versions. Before you create a new version, you must delete an existing version.`,
    );
  }
  const version = { id: `v${policy.nextVersion}`, document, createdAt: call.world.clock() };
  const isDefault = call.params.optional('SetAsDefault') === 'true';
  save(call, {
    ...policy,
    versions: [...policy.versions, version],
    nextVersion: policy.nextVersion + 1,
    defaultVersionId: isDefault ? version.id : policy.defaultVersionId,
  });
  return {
    PolicyVersion: {
      VersionId: version.id,
      IsDefaultVersion: isDefault,
      CreateDate: timestamp(version.createdAt),
    },
  };
};

const getPolicyVersion: IamAction = (call) => {
  const arn = arnIn(call);
  may(call, 'GetPolicyVersion', arn);
  const policy = toShow(call, arn);
  const id = call.params.required('VersionId');
  const version = policy.versions.find((known) => known.id === id);
  if (version === undefined) throw noSuchEntity(`Policy ${arn} version ${id} does not exist or is not attachable.`);
  return {
    PolicyVersion: {
      Document: encodedDocument(call.world, version.document),
      VersionId: version.id,
      IsDefaultVersion: version.id === policy.defaultVersionId,
      CreateDate: timestamp(version.createdAt),
    },
  };
};

const listPolicyVersions: IamAction = (call) => {
  const arn = arnIn(call);
  may(call, 'ListPolicyVersions', arn);
  const policy = toShow(call, arn);
  const { items, more } = page(call, policy.versions.toReversed());
  return {
    Versions: members(
      items.map((version) => ({
        VersionId: version.id,
        IsDefaultVersion: version.id === policy.defaultVersionId,
        CreateDate: timestamp(version.createdAt),
      })),
    ),
    ...more,
  };
};

const setDefaultPolicyVersion: IamAction = (call) => {
  const arn = arnIn(call);
  may(call, 'SetDefaultPolicyVersion', arn);
  const policy = toChange(call, arn);
  const id = call.params.required('VersionId');
  if (!policy.versions.some((version) => version.id === id))
    throw noSuchEntity(`Policy ${arn} version ${id} was not found.`);
  save(call, { ...policy, defaultVersionId: id });
  return undefined;
};

const deletePolicyVersion: IamAction = (call) => {
  const arn = arnIn(call);
  may(call, 'DeletePolicyVersion', arn);
  const policy = toChange(call, arn);
  const id = call.params.required('VersionId');
  if (id === policy.defaultVersionId) throw deleteConflict('Cannot delete the default version of a policy.');
  if (!policy.versions.some((version) => version.id === id))
    throw noSuchEntity(`Policy ${arn} version ${id} was not found.`);
  save(call, { ...policy, versions: policy.versions.filter((version) => version.id !== id) });
  return undefined;
};

/** Versions of managed policies: five at most ("Versioning IAM policies"). */
export const POLICY_VERSION_ACTIONS: Readonly<Record<string, IamAction>> = {
  CreatePolicyVersion: createPolicyVersion,
  GetPolicyVersion: getPolicyVersion,
  ListPolicyVersions: listPolicyVersions,
  SetDefaultPolicyVersion: setDefaultPolicyVersion,
  DeletePolicyVersion: deletePolicyVersion,
};
