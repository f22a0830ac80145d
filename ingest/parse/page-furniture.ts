/** Lines of pages that say nothing of the news, in English. Short ones only, and whole lines: "Share prices fell" is news. */
const ENGLISH =
  /^(?:(?:read|see|watch) (?:more|next|also|the full (?:story|article|report))(?:[:>»…].*)?|(?:related|recommended|trending|popular|more|latest|top|most read|most popular)(?: (?:articles?|stories|news|topics?|coverage|reading|links|now|posts?|videos?|content|headlines))?:?|more (?:from|on|in) .{1,40}|(?:related|see also|also read|don['’]t miss|up next):.*|share(?: (?:this|it|on|via|with)(?: .{1,30})?)?:?|(?:tweet|post|print|email|e-mail|save|comment|comments|reply|like|follow|bookmark|copy link|gift article|add to (?:my )?watchlist)(?: this(?: article| story| page)?)?|(?:view|show|load|post a|leave a|\d{1,5}) (?:all )?(?:more )?comments?|(?:follow|like|find|join) us(?: on .{1,40})?|(?:sign up|subscribe|log ?in|sign in|register|create an account)(?: (?:to|for|now|today|here)(?: .{1,80})?)?[.!]?|(?:advertisement|sponsored|promoted|ad feedback|story continues(?: below)?.{0,20}|advertisement.{0,20})|(?:continue|keep) reading.{0,30}|click here.{0,80}|back to (?:top|home).{0,10}|skip to .{1,30}|(?:home|menu|search|close|next|previous|prev|loading\.*|newsletters?)|editor['’]?s['’]? (?:picks?|choice)|our standards:.*|(?:all rights reserved|copyright|©|\(c\)).{0,120}|(?:terms of (?:use|service)|privacy policy|cookie (?:policy|settings|preferences)|contact us|about us|advertise(?: with us)?|help center)(?: .{0,60})?|(?:accept|reject|manage)(?: all)?(?: cookies)?|listen to (?:this )?article.{0,20}|\d{1,2} min(?:ute)?s? read|(?:photo|image)(?: credit| source)?:.{0,80}|get (?:the|our) .{1,40}(?:newsletter|app).{0,40}|(?:facebook|twitter|x|linkedin|whatsapp|reddit|telegram|pinterest|email|link|instagram|youtube)(?:[ ,|/·•]+(?:facebook|twitter|x|linkedin|whatsapp|reddit|telegram|pinterest|email|link|instagram|youtube))*)$/i;
const COOKIES =
  /^(?:we|this (?:web)?site|our (?:web)?site|by (?:using|continuing|clicking)|[\w.]{2,30}) .{0,60}\bcookies?\b.{0,300}$/i;

/** The same in Chinese. */
const CHINESE =
  /^[\s【[（(▲▼■●★☆>»·]*(?:(?:相关|延伸|推荐|扩展|热门|精彩|更多)(?:阅读|新闻|报道|推荐|内容|文章|资讯|链接|专题)|猜你喜欢|大家都在看|点击(?:查看|阅读|进入|下载|这里)|阅读(?:原文|全文|更多)|查看(?:更多|原文|全文|评论)|展开(?:全文|阅读)|原标题[:：]|责任编辑|责编|(?:编辑|校对|审核|审校|排版|监制|值班编委|记者|实习生|通讯员|来源|作者|文章来源|稿源|图片来源|文)[:：丨|/].{0,30}$|版权(?:所有|声明)|免责声明|特别声明|声明[:：]|未经.{0,20}(?:授权|许可)|本文(?:来自|来源|转载|首发|仅供参考|不构成)|以上(?:内容|信息).{0,20}(?:仅供参考|不构成)|扫(?:描|一扫|码)|长按.{0,20}二维码|关注.{0,30}(?:公众号|微信|微博|我们)|下载.{0,20}(?:APP|客户端)|打开.{0,20}(?:APP|客户端)|分享(?:到|至|给)|(?:微信|新浪微博|微博|QQ空间|朋友圈|收藏|点赞|举报|评论|打印|复制链接|登录|注册|首页|返回顶部|返回首页|网站地图|上一篇|下一篇|上一页|下一页|字号|大|中|小|广告|投诉|举报邮箱)(?:[\s|｜/、·：:]|$)|海量资讯|责任编辑[:：]|新闻热线|举报电话|我们使用\s?[Cc]ookie|本(?:网)?站使用\s?[Cc]ookie)/;

/** A line that people put in front of or behind the text of a page, of at most 200 units. */
export function isFurniture(line: string): boolean {
  const text = line.trim();
  if (text.length > 400) return false;
  if (COOKIES.test(text) && /\b(?:use|uses|accept|agree|consent|policy|settings|continue)\b/i.test(text))
    return true;
  if (text.length > 200) return false;
  return ENGLISH.test(text) || (/[\u4e00-\u9fff]/.test(text) && CHINESE.test(text) && text.length <= 100);
}

/** The editor's name behind the last sentence: （责任编辑：…）. */
const SIGNATURE =
  /\s*[（(【[]\s?(?:责任编辑|责编|编辑|校对|作者|来源|文章来源)[:：\s][^）)】\]]{0,40}[）)】\]]\s*$/;

export function withoutSignature(line: string): string {
  return line.length < 5_000 && /[）)】\]]\s*$/.test(line) ? line.replace(SIGNATURE, '') : line;
}

/** A name with its price and change, as in a bar of tickers; three of them in a row are no sentence. */
export function isQuote(line: string): boolean {
  if (line.length > 60 || !/\d[.,]\d/.test(line)) return false;
  const letters = line.match(/[\p{L}]{2,}/gu)?.length ?? 0;
  return (
    letters <= 3 &&
    /^[\p{L}][\p{L}\p{N}&.'’/ ^-]{0,30}[\s:]+[$€£¥]?[\d,.]+(?:[\s(]+[-+−▲▼▾▴]?\s?[\d,.]+\s?%?\)?){0,3}$/u.test(
      line,
    )
  );
}
