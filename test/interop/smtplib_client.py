"""Sends the messages that the test describes, by Python's smtplib; prints what became of each, one JSON array."""

import email.message
import email.policy
import json
import smtplib
import ssl
import sys


def as_message(job: dict) -> email.message.EmailMessage:
    message = email.message.EmailMessage(policy=email.policy.SMTPUTF8)
    for name, value in job["headers"]:
        message[name] = value
    message.set_content(job["body"], charset="utf-8", cte=job.get("encoding", "8bit"))
    return message


def send(client: smtplib.SMTP, job: dict):
    if "octets" in job:
        octets = job["octets"].encode("latin-1")
        return client.sendmail(job["from"], job["to"], octets, job.get("options", []))
    return client.send_message(as_message(job), job["from"], job["to"])


def run(client: smtplib.SMTP, jobs: list) -> list:
    results = []
    for job in jobs:
        try:
            refused = send(client, job)
            results.append({"refused": {to: [code, text.decode()] for to, (code, text) in refused.items()}})
        except smtplib.SMTPRecipientsRefused as problem:
            results.append({"refused": {to: [code, text.decode()] for to, (code, text) in problem.recipients.items()}})
        except smtplib.SMTPResponseException as problem:
            results.append({"code": problem.smtp_code, "text": problem.smtp_error.decode()})
    return results


def answers(client: smtplib.SMTP, mechanism: str):
    if mechanism == "XOAUTH2":
        return lambda challenge=None: f"user={client.user}\x01auth=Bearer {client.password}\x01\x01"
    return getattr(client, "auth_" + mechanism.lower().replace("-", "_"))


def main() -> None:
    plan = json.load(sys.stdin)
    context = ssl.create_default_context(cafile=plan.get("authorities"))
    if plan.get("implicit_tls"):
        client = smtplib.SMTP_SSL("localhost", plan["port"], "client.sender.test", timeout=60, context=context)
    else:
        client = smtplib.SMTP("127.0.0.1", plan["port"], "client.sender.test", timeout=60)
        client._host = "localhost"  # The name that the certificate must have.
    with client:
        if plan.get("starttls"):
            client.starttls(context=context)
        if "user" in plan:
            client.user, client.password = plan["user"], plan["password"]
            client.ehlo_or_helo_if_needed()
            client.auth(plan["mechanism"], answers(client, plan["mechanism"]))
        print(json.dumps(run(client, plan["jobs"])))


main()
