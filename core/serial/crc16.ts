/**
 * CRC-16/MODBUS: reflected polynomial 0xA001, start 0xFFFF, no final exclusive-or.
 * Check value: "123456789" gives 0x4B37. See docs/protocols.md, "Serial".
 */
export function crc16Modbus(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xa001 : crc >>> 1;
  }
  return crc;
}

/** The CRC of ASCII text as four upper-case hexadecimal digits, as the serial dialect writes it. */
export function crc16Hex(text: string): string {
  let crc = 0xffff;
  for (let index = 0; index < text.length; index += 1) {
    crc ^= text.charCodeAt(index) & 0xff;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xa001 : crc >>> 1;
  }
  return crc.toString(16).toUpperCase().padStart(4, "0");
}
