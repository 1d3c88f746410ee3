import { hash } from 'node:crypto';
import type { Installation } from './installation.ts';

/** Where the state of one unit lives. */
export interface UnitAddress {
  readonly partition: number;
  readonly bucket: number;
  /** 64 bits of the keyed hash, as text: the field of the unit. */
  readonly field: string;
}

/** The address of a unit; its id itself is not stored. A pure function of the installation's secret and the unit. */
export function unitAddress(
  installation: Installation,
  environment: string,
  unitName: string,
  unit: string,
): UnitAddress {
  return addressOfField(
    installation,
    shortHash(`${installation.unitSecret}\n${environment}\n${unitName}\n${unit}`),
  );
}

export function addressOfField(
  installation: Pick<Installation, 'partitions' | 'buckets'>,
  field: string,
): UnitAddress {
  const bytes = Buffer.from(field, 'base64url');
  return {
    partition: bytes.readUInt32BE(0) % installation.partitions,
    bucket: bytes.readUInt32BE(4) % installation.buckets,
    field,
  };
}

/** 64 bits of SHA-256 in 11 characters. */
export function shortHash(text: string): string {
  return Buffer.from(hash('sha256', text, 'hex').slice(0, 16), 'hex').toString('base64url');
}
