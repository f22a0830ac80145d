import { parseEml } from '../../../ingest/parse/parse-eml.js';
import { InvalidDocumentError } from '../../../pipeline/core/errors.js';
import { piecesOf } from '../target.js';

export const seeds = piecesOf([
  'Message-ID: <a@b>\r\nDate: Mon, 30 Mar 2026 08:00:00 +0800 (CST)\r\nFrom: A <a@b.example>\r\nSubject: =?GBK?B?x+C6zA==?=\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html; charset=gbk\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<p>=C7=E0</p>\r\n--b\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\neA==\r\n--b--\r\n',
  'Date: Mon, 30 Mar 2026 08:00:00 GMT\nSubject: x\n\ntext',
  'Message-ID: <c@d>\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\ny',
]);
export const pieces = piecesOf([
  '\r\n--b\r\n',
  '\r\n--b--\r\n',
  'Content-Type: multipart/alternative; boundary="b"\r\n',
  '=?utf-8?q?',
  '?=',
  '; charset="\u0000"',
  '=C7',
  '<a@b>,',
  'Group: a@b, c@d;',
  '\r\n ',
  "filename*0*=utf-8''%E4",
]);

export const limitMs = 400;

/** Any bytes are the fields of a letter, or are refused with a reason. */
export async function run(bytes: Uint8Array): Promise<void> {
  try {
    JSON.stringify(await parseEml(bytes));
  } catch (error) {
    if (!(error instanceof InvalidDocumentError)) throw error;
  }
}
