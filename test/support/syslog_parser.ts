// Reads syslog messages strictly by the grammar of RFC 5424 §6, and their framing by RFC 6587 §3.4.1.

export interface SyslogMessage {
  readonly facility: number;
  readonly severity: number;
  readonly time: string;
  readonly hostname: string;
  readonly name: string;
  readonly process: string;
  readonly parameters: { readonly [name: string]: string };
  readonly text: string;
}

const header =
  /^<(0|[1-9]\d{0,2})>1 (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)) ([!-~]{1,255}) ([!-~]{1,48}) ([!-~]{1,128}) ([!-~]{1,32}) (.*)$/s;
const element = /^\[([!#-<>-\\^-~]{1,32})((?: [!#-<>-\\^-~]{1,32}="(?:[^"\\\]]|\\.)*")*)\]/s;

/** Throws on whatever the grammar does not allow. */
export function parseSyslog(message: string): SyslogMessage {
  const [, priority = "", time = "", hostname = "", name = "", process = "", , rest = ""] = header.exec(message) ?? [];
  if (priority === "" || Number(priority) > 191) throw new Error(`no RFC 5424 header: ${message}`);
  const { parameters, text } = structured(rest);
  const [facility, severity] = [Math.floor(Number(priority) / 8), Number(priority) % 8];
  return { facility, severity, time, hostname, name, process, parameters, text };
}

function structured(rest: string): Pick<SyslogMessage, "parameters" | "text"> {
  const [whole = "", id = "", list = ""] = rest.startsWith("-") ? ["-"] : element.exec(rest) ?? [];
  const text = rest.slice(whole.length);
  if (whole === "" || (text !== "" && !text.startsWith(" "))) throw new Error(`no structured data: ${rest}`);
  if (whole !== "-" && !/^[^@]+@\d+$/.test(id)) throw new Error(`no private id: ${id}`);
  const pairs = [...list.matchAll(/ ([^=]+)="((?:[^"\\\]]|\\.)*)"/gs)];
  const parameters = Object.fromEntries(pairs.map(([, key, value = ""]) => [key, value.replace(/\\(["\\\]])/g, "$1")]));
  return { parameters, text: text.slice(1) };
}

/** Whole frames, and what is left of a beginning one. */
export function takeFrames(octets: Buffer): { readonly frames: readonly string[]; readonly rest: Buffer } {
  const frames: string[] = [];
  let rest = octets;
  for (;;) {
    const space = rest.indexOf(0x20);
    if (space < 0) return { frames, rest };
    const count = rest.subarray(0, space).toString("latin1");
    if (!/^[1-9]\d{0,9}$/.test(count)) throw new Error(`no octet count: ${JSON.stringify(count.slice(0, 50))}`);
    if (rest.length < space + 1 + Number(count)) return { frames, rest };
    frames.push(rest.subarray(space + 1, space + 1 + Number(count)).toString());
    rest = rest.subarray(space + 1 + Number(count));
  }
}
