import type { WireResponse } from '../../types.js';
import { blockElements, readBlock } from '../s3/bucket-settings.js';
import { s3Error } from '../s3/errors.js';
import { parseXml } from '../s3/xml.js';
import { authorizeControl, type ControlCall } from './call.js';
import { controlDocument } from './xml.js';

/** GetPublicAccessBlock of the account. */
export function getAccountBlock(call: ControlCall): WireResponse {
  authorizeControl(call, 's3:GetAccountPublicAccessBlock', '*');
  const block = call.world.s3.accountBlocks.get(call.account);
  if (block === undefined) {
    throw s3Error('NoSuchPublicAccessBlockConfiguration', { extra: { AccountId: call.account } });
  }
  return controlDocument('PublicAccessBlockConfiguration', blockElements(block));
}

/** PutPublicAccessBlock of the account replaces all four settings. */
export function putAccountBlock(call: ControlCall): WireResponse {
  authorizeControl(call, 's3:PutAccountPublicAccessBlock', '*');
  call.world.s3.accountBlocks.set(
    call.account,
    readBlock(parseXml(call.request.body, 'PublicAccessBlockConfiguration')),
  );
  return { status: 200 };
}

/** DeletePublicAccessBlock of the account: s3:PutAccountPublicAccessBlock decides. */
export function deleteAccountBlock(call: ControlCall): WireResponse {
  authorizeControl(call, 's3:PutAccountPublicAccessBlock', '*');
  call.world.s3.accountBlocks.delete(call.account);
  return { status: 204 };
}
