const ID_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const ID_CHECKS = '10X98765432';

/** True for the 18 characters of a Chinese resident's identity number with the right check digit (GB 11643, ISO 7064 MOD 11-2). */
export function isResidentId(text: string): boolean {
  const id = text.replace(/[^\dXx]/g, '').toUpperCase();
  if (id.length !== 18) return false;
  const sum = ID_WEIGHTS.reduce((total, weight, index) => total + weight * Number(id[index]), 0);
  return id[17] === ID_CHECKS[sum % 11];
}

/**
 * True for a payment card: length and first digits of a known scheme, Luhn's check digit, and, where the digits stand in groups,
 * groups of four (or 4-6-5).
 */
export function isCardNumber(text: string): boolean {
  const number = text.replace(/\D/g, '');
  const groups = text.split(/[^\d]+/).filter((group) => group !== '');
  const grouped =
    groups.length === 1 ||
    groups.slice(0, -1).every((group) => group.length === 4) ||
    groups.map((group) => group.length).join('-') === '4-6-5' ||
    groups.map((group) => group.length).join('-') === '6-13';
  return grouped && SCHEME.test(number) && luhn(number);
}

const SCHEME =
  /^(?:4\d{12}(?:\d{3}){0,2}|5[1-5]\d{14}|2(?:2[2-9]|[3-6]\d|7[01])\d{13}|3[47]\d{13}|35\d{14}|6(?:011|4[4-9]\d|5\d\d)\d{12}|62\d{14,17})$/;

function luhn(number: string): boolean {
  let sum = 0;
  for (let i = 0; i < number.length; i++) {
    const digit = Number(number[number.length - 1 - i]);
    const doubled = i % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** True for an international bank account number (ISO 13616: MOD 97 is 1). */
export function isIban(text: string): boolean {
  const iban = text.replaceAll(' ', '');
  if (iban.length < 15 || iban.length > 34) return false;
  const turned = iban.slice(4) + iban.slice(0, 4);
  let rest = 0;
  for (const unit of turned) {
    const value = Number.parseInt(unit, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}
