import type { AccessPoint, Bucket } from '../../store/buckets.js';

/** Partition of a region (botocore, partitions.json). */
export function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  if (region.startsWith('us-gov-')) return 'aws-us-gov';
  if (region.startsWith('eusc-')) return 'aws-eusc';
  return 'aws';
}

/** ARN of a bucket. */
export function bucketArn(bucket: Pick<Bucket, 'name' | 'region'>): string {
  return `arn:${partitionOf(bucket.region)}:s3:::${bucket.name}`;
}

/** ARN of an object. */
export function objectArn(bucket: Pick<Bucket, 'name' | 'region'>, key: string): string {
  return `${bucketArn(bucket)}/${key}`;
}

/** ARN of an access point. */
export function accessPointArn(point: Pick<AccessPoint, 'name' | 'region' | 'account'>): string {
  return `arn:${partitionOf(point.region)}:s3:${point.region}:${point.account}:accesspoint/${point.name}`;
}
