import { html, type SafeHtml } from './html.js';
import { markWords } from './mark-words.js';
import type { EvidenceText, MailContent } from './mail-content.js';

/*
 * One column, tables and inline styles, because mail programs honour little else; the style block only serves those that
 * know dark mode. Colours keep a contrast of at least 4.5 : 1 on their ground, light and dark.
 */
const FONT =
  "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif";
const TEXT = `${FONT};font-size:16px;line-height:1.5;color:#1c2330`;
const SMALL = `${FONT};font-size:14px;line-height:1.45;color:#4a5363`;
const HEADING = `${FONT};font-size:18px;line-height:1.3;font-weight:bold;color:#1c2330;margin:28px 0 8px`;

const DARK = `
:root{color-scheme:light dark;supported-color-schemes:light dark}
@media (prefers-color-scheme:dark){
.ground{background:#11151c!important}.card{background:#1a202b!important}
.ink{color:#e8ecf3!important}.soft{color:#b3bdcc!important}
.line{border-color:#39424f!important}.quote{background:#3a2226!important;border-color:#e5707b!important}
.link{color:#8ab8ff!important}.bar{background:#e5707b!important}.past{background:#5d7390!important}
.banner{background:#4a3a08!important;color:#ffe9a8!important}.button{background:#3569b8!important}
}`;

/** The HTML part: complete without images, at most 600 px wide, under 100 kB. */
export function mailHtml(content: MailContent): string {
  const { words } = content;
  const page = html`<!doctype html>
    <html lang="${content.language === 'zh' ? 'zh-CN' : 'en'}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="supported-color-schemes" content="light dark" />
        <title>${content.subject}</title>
        <style>
          ${{ safeHtml: DARK }}
        </style>
      </head>
      <body class="ground" style="margin:0;padding:0;background:#eef1f5">
        <table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">
          <tr>
            <td align="center" style="padding:12px">
              <table
                role="presentation"
                class="card"
                width="100%"
                cellpadding="0"
                cellspacing="0"
                border="0"
                style="max-width:600px;background:#ffffff;border-radius:6px"
              >
                <tr>
                  <td style="padding:20px;word-break:break-word;overflow-wrap:anywhere">
                    ${content.banner === null ? '' : bannerBlock(content.banner)}
                    <h1
                      class="ink"
                      style="${FONT};font-size:20px;line-height:1.35;color:#1c2330;margin:0 0 12px"
                    >
                      ${content.subject.replace(/^Re: /, '')}
                    </h1>
                    <p class="ink" style="${TEXT};margin:0 0 16px">${content.lead}</p>
                    ${content.link === null ? '' : buttonBlock(content.link, words.openPage)}
                    ${content.evidence.length > 0 || !content.resolved ? evidenceBlock(content) : ''}
                    ${content.bars.length === 0 ? '' : barsBlock(content)} ${factsBlock(content)}
                    ${content.why.length === 0 ? '' : whyBlock(content)}
                    ${content.footer.map(
                      (line) =>
                        html`<p class="soft" style="${SMALL};font-size:13px;margin:20px 0 0">${line}</p>`,
                    )}
                  </td>
                </tr>
              </table>
            </td>
          </tr>
        </table>
      </body>
    </html>`;
  return page.safeHtml.replace(/\n\s+/g, '\n');
}

function bannerBlock(text: string): SafeHtml {
  return html`<p
    class="banner"
    style="${FONT};font-size:15px;line-height:1.4;font-weight:bold;margin:0 0 16px;padding:10px 12px;background:#fff3c4;color:#5a4300;border-radius:4px"
  >
    ${text}
  </p>`;
}

function buttonBlock(link: string, label: string): SafeHtml {
  return html`<p style="margin:0 0 4px">
    <a
      class="button"
      href="${link}"
      style="${FONT};font-size:16px;font-weight:bold;display:inline-block;line-height:44px;padding:0 20px;background:#1f5fbf;color:#ffffff;text-decoration:none;border-radius:4px"
      >${label}</a
    >
  </p>`;
}

function evidenceBlock({ words, evidence }: MailContent): SafeHtml {
  const body =
    evidence.length === 0
      ? html`<p class="ink" style="${TEXT};margin:0">${words.noEvidence}</p>`
      : html`${evidence.map(evidenceItem)}`;
  return html`<h2 class="ink" style="${HEADING}">${words.evidenceTitle}</h2>
    ${body}`;
}

function evidenceItem(item: EvidenceText): SafeHtml {
  const title =
    item.link === null
      ? html`${markWords(item.title, item.marked)}`
      : html`<a class="link" href="${item.link}" style="color:#1f5fbf"
          >${markWords(item.title, item.marked)}</a
        >`;
  const quote =
    item.sentence === ''
      ? ''
      : html`<p
          class="quote ink"
          style="${TEXT};font-size:15px;margin:6px 0 0;padding:6px 10px;background:#fdecee;border-left:3px solid #b3202f"
        >
          ${markWords(item.sentence, item.marked)}
        </p>`;
  return html`<div class="line" style="border-top:1px solid #d9dee6;padding:10px 0">
    <p class="ink" style="${TEXT};font-weight:bold;margin:0">${title}</p>
    <p class="soft" style="${SMALL};margin:2px 0 0">${item.origin}; ${item.score}</p>
    ${item.spread === null ? '' : html`<p class="soft" style="${SMALL};margin:2px 0 0">${item.spread}</p>`}
    ${item.driven === null ? '' : drivenLine(item.driven)}
    ${item.ruled === null ? '' : html`<p class="soft" style="${SMALL};margin:2px 0 0">${item.ruled}</p>`}
    ${quote}
    ${item.weighed === null ? '' : html`<p class="soft" style="${SMALL};margin:4px 0 0">${item.weighed}</p>`}
  </div>`;
}

/** What a desk must know before it acts stands out, also without colours. */
function drivenLine(words: string): SafeHtml {
  return html`<p class="ink" style="${SMALL};color:#1c2330;font-weight:bold;margin:2px 0 0">⚠ ${words}</p>`;
}

function barsBlock({ words, bars }: MailContent): SafeHtml {
  const rows = bars.map((bar, index) => {
    const now = index === bars.length - 1;
    const width = Math.max(1, Math.round(100 * bar.share));
    return html`<tr>
      <th
        scope="row"
        class="soft"
        style="${SMALL};font-weight:normal;text-align:left;white-space:nowrap;padding:1px 10px 1px 0"
      >
        ${bar.label}
      </th>
      <td width="100%" style="padding:1px 0">
        <div
          class="${now ? 'bar' : 'past'}"
          style="height:12px;width:${width}%;background:${now ? '#b3202f' : '#8fa3bd'}"
        ></div>
      </td>
      <td
        class="ink"
        style="${SMALL};color:#1c2330;text-align:right;white-space:nowrap;padding:1px 0 1px 10px"
      >
        ${bar.value}
      </td>
    </tr>`;
  });
  return html`<h2 class="ink" style="${HEADING}">${words.chartTitle}</h2>
    <table width="100%" cellpadding="0" cellspacing="0" border="0">
      ${rows}
    </table>
    <p class="soft" style="${SMALL};margin:4px 0 0">${words.chartNote}</p>`;
}

function factsBlock({ facts }: MailContent): SafeHtml {
  const rows = facts.map(
    ([label, value]) =>
      html`<tr>
        <th
          scope="row"
          class="soft line"
          style="${SMALL};font-weight:normal;text-align:left;vertical-align:top;width:32%;padding:6px 10px 6px 0;border-top:1px solid #d9dee6"
        >
          ${label}
        </th>
        <td class="ink line" style="${SMALL};color:#1c2330;padding:6px 0;border-top:1px solid #d9dee6">
          ${value}
        </td>
      </tr>`,
  );
  return html`<table width="100%" cellpadding="0" cellspacing="0" border="0" style="margin:28px 0 0">
    ${rows}
  </table>`;
}

function whyBlock({ words, why }: MailContent): SafeHtml {
  return html`<h2 class="ink" style="${HEADING}">${words.whyTitle}</h2>
    ${why.map((line) => html`<p class="ink" style="${TEXT};margin:0 0 8px">${line}</p>`)}`;
}
