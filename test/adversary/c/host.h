// What the host offers a guest written in C, as far as these guests use it.

#define IMPORT(name) __attribute__((import_module("qpsmtpd"), import_name(name)))
#define EXPORT(name) __attribute__((export_name(name)))

IMPORT("event_length") int event_length(void);
IMPORT("event_read") void event_read(void *place);
IMPORT("answer_write") void answer_write(const void *octets, int length);

#define ANSWER(text) answer_write(text, sizeof(text) - 1)
#define PAGE 65536
