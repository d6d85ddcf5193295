/**
 * The text of a new template file, complete and valid, to be filled in: what `template new` writes.
 *
 * @param id the template's id, as a connection's name
 */
export function newTemplate(id: string): string {
  const template = {
    $schema: 'https://unpkg.com/s3connect/schema/template.schema.json',
    id,
    version: '1',
    title: `${id}: say what it is for`,
    vendor: 'Name of the vendor',
    docs: [{ title: "The vendor's guide", url: 'https://vendor.example/docs/s3', checked: '2026-11-24' }],
    parameters: {
      workspace: { description: 'What the vendor calls your workspace', type: 'string', required: false },
    },
    methods: ['role', 'bucket-policy'],
    principals: { aws: ['arn:aws:iam::999999999999:role/vendor-reader'] },
    externalId: { mode: 'required', issued: 'customer' },
    access: {
      input: [
        { action: 's3:GetBucketLocation', why: 'to find the region of the bucket' },
        { action: 's3:ListBucket', why: 'to see which files are there' },
        { action: 's3:GetObject', why: 'to read the files' },
      ],
    },
    bucket: { objectOwnership: 'BucketOwnerEnforced' },
    policy: { kind: 'inline' },
    cors: { use: 'none' },
    accessPoint: { use: 'optional' },
    notifications: { use: 'none' },
    byMethod: { 'bucket-policy': { externalId: { mode: 'none' } } },
    handoff: [
      {
        title: 'Connect the bucket',
        per: 'bucket',
        methods: ['role'],
        fields: {
          bucket: '{{bucket.name}}',
          region: '{{bucket.region}}',
          roleArn: '{{role.arn}}',
          externalId: '{{externalId}}',
          workspace: '{{params.workspace}}',
        },
      },
    ],
  };
  return `${JSON.stringify(template, null, 2)}\n`;
}
