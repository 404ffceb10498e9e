// The lists of the day, as an administrator would have filled them.

/** jo's password. */
export const password = "open-sesame-4711";

export const lists: { readonly [name: string]: string } = {
  rcpthosts: "here.example\n",
  relayclients: "192.0.2.0/28   the printers\n",
  norelayclients: "192.0.2.13   the printer in the entrance hall\n",
  hosts_allow:
    "203.0.113.5   OK\n203.0.113.0/28   DENY   Write to abuse@here.example first\n2001:db8:bad::/48   DENYSOFT\n",
  whitelisthosts: "203.0.113.70   our web server\n",
  dnsbl_zones: "bl.test\n",
  rhsbl_zones: "dbl.test\n",
  whitelist_zones: "wl.test\n",
  badhelo: "mx.here.example\n",
  badmailfrom: "seller@good.example\n@here.example   Mail from here.example comes from our own servers\n",
  badrcptto: `former@here.example   He has left; write to office@here.example
!       Sorry, bang paths are not accepted here
%       Sorry, percent signs are not accepted here
@.*@    Sorry, several at signs are not accepted here
`,
  fortunes: "Good mail takes its time.\n",
  flat_auth_pw:
    "jo@here.example:SCRAM-SHA-256$100000:0hjRWC5KB5fls0pWUFcGaw==$97Nuf22YoeP4MNaVT2sjmnYTW4lgFUgpZD7JbZ+0l6o=:uHbck/ZB2xMv8TQ8C4/esJC30pvPP3sds/PhnlIW+F4=\n",
};
