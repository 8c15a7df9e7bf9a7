/** CRC-8 of 1-Wire (polynomial 0x31 reflected, start 0) over bytes. Over bytes with their CRC behind them it is 0; so it is over zeros alone. */
export function crc8(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1) === 0 ? crc >> 1 : (crc >> 1) ^ 0x8c;
  }
  return crc;
}
