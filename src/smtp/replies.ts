// Every sentence the server can say of its own accord, one function a reply. Callers name the reason, not the text.

import type { Reply } from "./reply.ts";

function reply(code: number, status: string | undefined, ...lines: readonly string[]): Reply {
  return status === undefined ? { code, lines } : { code, status, lines };
}

// Opening and closing. RFC 2034 §4: no status in what stands in the place of the greeting, in what EHLO and HELO are
// answered, and in 354.

export function greeting(hostname: string, text: string): Reply {
  return reply(220, undefined, `${hostname} ESMTP ${text}`);
}
export function lmtpGreeting(hostname: string, text: string): Reply {
  return reply(220, undefined, `${hostname} LMTP ${text}`);
}
export function connectionDenied(): Reply {
  return reply(554, undefined, "Connections from you are not accepted"); // RFC 5321 §3.1
}
export function connectionDeferred(): Reply {
  return reply(421, undefined, "Connections from you are not accepted now, try again later"); // RFC 5321 §3.8
}
export function heloAccepted(hostname: string, name: string): Reply {
  return reply(250, undefined, `${hostname} Hello ${name}`);
}
export function ehloAccepted(hostname: string, name: string, keywords: readonly string[]): Reply {
  return reply(250, undefined, `${hostname} Hello ${name}`, ...keywords);
}
export function goodbye(hostname: string): Reply {
  return reply(221, "2.0.0", `${hostname} closing connection`);
}
export function shuttingDown(hostname: string): Reply {
  return reply(421, "4.3.2", `${hostname} is shutting down, try again later`);
}
export function endedByOperator(hostname: string): Reply {
  return reply(421, "4.3.2", `${hostname} ends this session, try again later`);
}
export function timedOut(hostname: string): Reply {
  return reply(421, "4.4.2", `${hostname} waited too long, closing connection`);
}
export function tooManyConnections(): Reply {
  return reply(421, undefined, "Too many connections, try again later");
}
export function tooManyFromYou(): Reply {
  return reply(421, undefined, "Too many connections from your address or network, try again later");
}
export function overloaded(hostname: string): Reply {
  return reply(421, undefined, `${hostname} is too busy, try again later`);
}
export function tooManyCommands(): Reply {
  return reply(421, "4.7.0", "Too many commands, closing connection");
}
export function tooManyTransactions(): Reply {
  return reply(421, "4.7.0", "Too many transactions, go on in another connection"); // RFC 9422 §4.1
}
export function sessionTooLong(hostname: string): Reply {
  return reply(421, "4.4.2", `${hostname} ends sessions that last too long, closing connection`);
}
export function tooSlow(hostname: string): Reply {
  return reply(421, "4.4.2", `${hostname} gets mail data too slowly, closing connection`);
}
export function tooManyRefusals(): Reply {
  return reply(421, "4.7.0", "Too many errors, closing connection");
}
export function closingForPolicy(): Reply {
  return reply(421, "4.7.0", "Try again later, closing connection");
}

// Lines that are no commands.

export function lineTooLong(): Reply {
  return reply(500, "5.5.2", "Line too long");
}
export function bareCrLf(): Reply {
  return reply(500, "5.5.2", "Lines must end in CRLF, closing connection");
}
export function nulInLine(): Reply {
  return reply(500, "5.5.2", "NUL is not allowed in a command");
}
export function lineNotUtf8(): Reply {
  return reply(500, "5.5.2", "Commands must be ASCII or valid UTF-8");
}

export function improperPipelining(): Reply {
  return reply(554, "5.5.0", "Wait for my reply before you go on, closing connection"); // RFC 2920 §3.1
}

// Malformed commands.

export function helloNeedsName(verb: string): Reply {
  return reply(501, undefined, `${verb} needs the name of your host`);
}
export function badHelloName(verb: string): Reply {
  return reply(501, undefined, `${verb} needs one printable name of at most 255 characters`);
}
export function noArgumentAllowed(verb: string): Reply {
  return reply(501, "5.5.4", `${verb} takes no argument`);
}
export function vrfyNeedsArgument(): Reply {
  return reply(501, "5.5.4", "VRFY needs a user name or mailbox");
}
export function mailSyntax(): Reply {
  return reply(501, "5.5.4", "Syntax is MAIL FROM:<address> [parameters]");
}
export function rcptSyntax(): Reply {
  return reply(501, "5.5.4", "Syntax is RCPT TO:<address> [parameters]");
}
export function bdatSyntax(): Reply {
  return reply(501, "5.5.4", "Syntax is BDAT octets [LAST]"); // RFC 3030 §2
}
export function authSyntax(): Reply {
  return reply(501, "5.5.4", "Syntax is AUTH mechanism [initial response]"); // RFC 4954 §4
}
export function badAttribute(verb: string, reason: string): Reply {
  return reply(501, "5.5.4", `${verb}: ${reason}`);
}
export function badReversePath(reason: string): Reply {
  return reply(501, "5.1.7", reason);
}
export function badForwardPath(reason: string): Reply {
  return reply(501, "5.1.3", reason);
}
export function malformedParameter(): Reply {
  return reply(501, "5.5.4", "A parameter is malformed");
}
export function unknownParameter(): Reply {
  return reply(555, "5.5.4", "A parameter is not recognized"); // RFC 5321 §4.1.1.11
}
export function parametersNeedEhlo(): Reply {
  return reply(555, "5.5.4", "Parameters are recognized after EHLO only");
}
export function parameterNotNow(keyword: string, reason: string): Reply {
  return reply(501, "5.5.4", `${keyword} ${reason}`);
}
export function repeatedParameter(keyword: string): Reply {
  return reply(501, "5.5.4", `${keyword} is given twice`);
}
export function badParameterValue(keyword: string): Reply {
  return reply(501, "5.5.4", `${keyword} has a bad value`);
}

// Commands at the wrong time.

export function needHelloFirst(): Reply {
  return reply(503, "5.5.1", "Send EHLO or HELO first");
}
export function needMailFirst(): Reply {
  return reply(503, "5.5.1", "Send MAIL first");
}
export function needRcptFirst(): Reply {
  return reply(503, "5.5.1", "Send RCPT first");
}
export function noValidRecipients(): Reply {
  return reply(554, "5.5.1", "No valid recipients");
}
export function transactionOpen(): Reply {
  return reply(503, "5.5.1", "A transaction is open already, send RSET to give it up");
}

export function chunksUnderWay(): Reply {
  return reply(503, "5.5.1", "Mail data is coming by BDAT, end it with BDAT LAST or give it up with RSET");
}
export function binaryNeedsBdat(): Reply {
  return reply(503, "5.5.1", "BODY=BINARYMIME needs BDAT"); // RFC 3030 §3
}
export function tlsAlready(): Reply {
  return reply(503, "5.5.1", "TLS is active already");
}
export function authenticatedAlready(): Reply {
  return reply(503, "5.5.1", "You are authenticated already"); // RFC 4954 §4
}
export function needTlsFirst(): Reply {
  return reply(530, "5.7.0", "Send STARTTLS first"); // RFC 3207 §4
}
export function needAuthFirst(): Reply {
  return reply(530, "5.7.0", "Authentication required"); // RFC 4954 §6
}
export function authNeedsTls(): Reply {
  return reply(538, "5.7.11", "Encryption is required for authentication, send STARTTLS first"); // RFC 5248 §2.4
}
export function needEhloForAuth(): Reply {
  return reply(503, "5.5.1", "AUTH needs EHLO");
}
export function notImplemented(verb: string): Reply {
  return reply(502, "5.5.1", `${verb} is not offered`); // RFC 5321 §4.2.4
}
export function helloNotOffered(verb: string): Reply {
  return reply(502, undefined, `${verb} is not offered`); // RFC 2033 §4.1
}

// TLS and authentication.

export function startTls(): Reply {
  return reply(220, "2.0.0", "Go ahead with TLS");
}
export function challenge(base64: string): Reply {
  return reply(334, undefined, base64); // RFC 4954 §4
}
export function authenticated(): Reply {
  return reply(235, "2.7.0", "Authentication succeeded");
}
export function authenticationFailed(): Reply {
  return reply(535, "5.7.8", "Authentication credentials invalid");
}
export function authenticationDeferred(): Reply {
  return reply(454, "4.7.0", "Authentication cannot be checked now, try again later");
}
export function authenticationCancelled(): Reply {
  return reply(501, "5.7.0", "Authentication cancelled"); // RFC 4954 §4
}
export function badBase64(): Reply {
  return reply(501, "5.5.2", "That is not base64"); // RFC 4954 §4
}
export function badCredentialsForm(): Reply {
  return reply(501, "5.5.2", "That is no message of this mechanism");
}
export function noInitialResponse(): Reply {
  return reply(501, "5.7.0", "This mechanism takes no initial response"); // RFC 4954 §4
}
export function responseTooLong(): Reply {
  return reply(500, "5.5.6", "Authentication exchange line is too long"); // RFC 4954 §4
}
export function unknownMechanism(): Reply {
  return reply(504, "5.5.4", "That mechanism is not offered"); // RFC 4954 §4
}
export function tooManyAttempts(): Reply {
  return reply(421, "4.7.0", "Too many failed authentications, closing connection");
}

// MAIL, RCPT and DATA.

export function mailAccepted(): Reply {
  return reply(250, "2.1.0", "Reverse-path accepted");
}
export function mailRejected(): Reply {
  return reply(550, "5.7.1", "Reverse-path denied");
}
export function mailDeferred(): Reply {
  return reply(450, "4.7.1", "Reverse-path denied for now, try again later");
}
export function declaredTooLarge(): Reply {
  return reply(552, "5.3.4", "Message size exceeds the limit of this server"); // RFC 1870 §6.1
}
export function reversePathNeedsUtf8(): Reply {
  return reply(550, "5.6.7", "This reverse-path needs the parameter SMTPUTF8"); // RFC 6531 §3.5
}
export function forwardPathNeedsUtf8(): Reply {
  return reply(553, "5.6.7", "This forward-path needs the parameter SMTPUTF8 of MAIL"); // RFC 6531 §3.5
}
export function rcptAccepted(): Reply {
  return reply(250, "2.1.5", "Recipient accepted");
}
export function relayingDenied(): Reply {
  return reply(550, "5.7.1", "Relaying denied");
}
export function rcptRejected(): Reply {
  return reply(550, "5.7.1", "Recipient denied");
}
export function rcptDeferred(): Reply {
  return reply(450, "4.7.1", "Recipient denied for now, try again later");
}
export function tooManyRecipients(): Reply {
  return reply(452, "4.5.3", "Too many recipients, send the others in another transaction"); // RFC 5321 §4.5.3.1.10
}
export function startMailData(): Reply {
  return reply(354, undefined, "Go ahead, end with a dot on a line by itself");
}
export function dataRejected(): Reply {
  return reply(554, "5.7.1", "Message denied");
}
export function dataDeferred(): Reply {
  return reply(451, "4.7.1", "Message denied for now, try again later");
}

// The end of mail data.

export function chunkAccepted(octets: number): Reply {
  return reply(250, "2.0.0", `${octets} octets received`); // RFC 3030 §2
}
export function messageAccepted(transactionId: string): Reply {
  return reply(250, "2.0.0", `Queued as ${transactionId}`);
}
export function messageRejected(): Reply {
  return reply(550, "5.7.1", "Message denied");
}
export function messageDeferred(): Reply {
  return reply(451, "4.7.1", "Message denied for now, try again later");
}
export function messageTooLarge(): Reply {
  return reply(552, "5.3.4", "Message size exceeds the limit of this server");
}
export function tooManyHeaderFields(): Reply {
  return reply(552, "5.3.4", "Header section has too many fields");
}
export function headerTooLarge(): Reply {
  return reply(552, "5.3.4", "Header section exceeds the limit of this server");
}
export function brokenLines(): Reply {
  return reply(550, "5.5.2", "Message refused: it has a CR or LF that is not part of a CRLF"); // RFC 5321 §2.3.8
}
export function nulInContent(): Reply {
  return reply(550, "5.6.0", "Message refused: it has a NUL, which BODY=BINARYMIME may have"); // RFC 5321 §2.3.1
}
export function storageFull(): Reply {
  return reply(452, "4.3.1", "Not enough storage, try again later");
}
export function internalFailure(): Reply {
  return reply(451, "4.3.0", "Internal error, try again later");
}
export function tooManyHops(): Reply {
  return reply(554, "5.4.6", "Too many Received fields, this message is in a loop"); // RFC 5321 §6.3
}
export function nextHopSaidNothing(code: number): Reply {
  return reply(code, undefined, "The next server said no more");
}

// In the place of a plugin's word, at whatever hook.

export function checkFailed(): Reply {
  return reply(554, "5.3.0", "A check could not be made");
}
export function checkFailedForNow(): Reply {
  return reply(451, "4.3.0", "A check could not be made, please try again later");
}
/** Its sentence; code and status are those of the hook at which it is told. */
export function tooMuchAbuse(): Reply {
  return reply(550, "5.7.1", "There were too many signs of abuse in this session");
}

// Everything else.

export function done(): Reply {
  return reply(250, "2.0.0", "OK");
}
export function rejected(code: number): Reply {
  return reply(code, "5.7.1", "Command denied");
}
export function deferred(): Reply {
  return reply(450, "4.7.1", "Command denied for now, try again later");
}
export function cannotVerify(): Reply {
  return reply(252, "2.5.0", "Not verified here, but mail will be taken if RCPT accepts it"); // RFC 5321 §3.5.3
}
export function verified(): Reply {
  return reply(250, "2.1.5", "Mailbox is good");
}
export function help(software: string, verbs: readonly string[]): Reply {
  return reply(214, "2.0.0", `This is ${software}`, `Commands: ${verbs.join(" ")}`);
}
export function helpRejected(): Reply {
  return reply(502, "5.5.1", "No help here");
}
export function unrecognized(): Reply {
  return reply(500, "5.5.1", "Command not recognized");
}
