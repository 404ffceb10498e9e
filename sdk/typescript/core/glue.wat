;; Between the host and QuickJS: reads an event, calls into the guest's JavaScript, writes the answer. No JavaScript here.
(module
  ;; --- the host (README.md specifies these) ---
  (import "qpsmtpd" "event_length" (func $event_length (result i32)))
  (import "qpsmtpd" "event_read" (func $event_read (param i32)))
  (import "qpsmtpd" "answer_write" (func $answer_write (param i32 i32)))
  ;; These three suspend the guest while the host works. The builder takes them out of a plugin without capabilities.
  (import "qpsmtpd" "host_call" (func $host_call (param i32 i32) (result i32)))
  (import "qpsmtpd" "host_result" (func $host_result (param i32)))
  (import "qpsmtpd" "content_read" (func $content_read (param f64 i32 i32) (result i32)))
  (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
  (import "extism:host/env" "store_u8" (func $store_u8 (param i64 i32)))
  (import "extism:host/env" "store_u64" (func $store_u64 (param i64 i64)))
  (import "extism:host/env" "error_set" (func $error_set (param i64)))
  (import "extism:host/env" "log_debug" (func $log_debug (param i64)))
  (import "extism:host/env" "log_info" (func $log_info (param i64)))
  (import "extism:host/env" "log_warn" (func $log_warn (param i64)))
  (import "extism:host/env" "log_error" (func $log_error (param i64)))

  ;; --- QuickJS ---
  (import "core" "memory" (memory 1))
  (import "wasi_snapshot_preview1" "set_clock" (func $set_clock (param i64)))
  (import "core" "malloc" (func $malloc (param i32) (result i32)))
  (import "core" "free" (func $free (param i32)))
  (import "core" "_initialize" (func $initialize))
  (import "core" "qjs_init" (func $qjs_init (result i32)))
  (import "core" "qjs_get_context_ptr" (func $qjs_get_context_ptr (result i32)))
  (import "core" "qjs_get_runtime_ptr" (func $qjs_get_runtime_ptr (result i32)))
  (import "core" "qjs_set_max_stack_size" (func $qjs_set_max_stack_size (param i32)))
  (import "core" "qjs_set_interrupt_handler" (func $qjs_set_interrupt_handler (param i32)))
  (import "core" "qjs_get_global" (func $qjs_get_global (result i32)))
  (import "core" "qjs_get_undefined" (func $qjs_get_undefined (result i32)))
  (import "core" "qjs_dup_value" (func $qjs_dup_value (param i32) (result i32)))
  (import "core" "qjs_free_value" (func $qjs_free_value (param i32)))
  (import "core" "qjs_set_prop_string" (func $qjs_set_prop_string (param i32 i32 i32) (result i32)))
  (import "core" "qjs_new_host_function" (func $qjs_new_host_function (param i32 i32 i32) (result i32)))
  (import "core" "qjs_get_float64" (func $qjs_get_float64 (param i32) (result f64)))
  (import "core" "qjs_get_string_len" (func $qjs_get_string_len (param i32 i32) (result i32)))
  (import "core" "qjs_free_cstring" (func $qjs_free_cstring (param i32)))
  (import "core" "qjs_new_number" (func $qjs_new_number (param f64) (result i32)))
  (import "core" "JS_GetUint8Array" (func $JS_GetUint8Array (param i32 i32 i64) (result i32)))
  (import "core" "JS_ThrowOutOfMemory" (func $JS_ThrowOutOfMemory (param i32) (result i64)))
  (import "core" "JS_ParseJSON" (func $JS_ParseJSON (param i32 i32 i32 i32) (result i64)))
  (import "core" "JS_GetPropertyStr" (func $JS_GetPropertyStr (param i32 i64 i32) (result i64)))
  (import "core" "JS_ToFloat64" (func $JS_ToFloat64 (param i32 i32 i64) (result i32)))
  (import "core" "JS_Call" (func $JS_Call (param i32 i64 i64 i32 i32) (result i64)))
  (import "core" "JS_DupValue" (func $JS_DupValue (param i32 i64) (result i64)))
  (import "core" "JS_FreeValue" (func $JS_FreeValue (param i32 i64)))
  (import "core" "JS_Throw" (func $JS_Throw (param i32 i64) (result i64)))
  (import "core" "JS_GetException" (func $JS_GetException (param i32) (result i64)))
  (import "core" "JS_IsJobPending" (func $JS_IsJobPending (param i32) (result i32)))
  (import "core" "JS_ExecutePendingJob" (func $JS_ExecutePendingJob (param i32 i32) (result i32)))
  (import "core" "JS_PromiseState" (func $JS_PromiseState (param i32 i64) (result i32)))
  (import "core" "JS_PromiseResult" (func $JS_PromiseResult (param i32 i64) (result i64)))
  (import "core" "JS_ToCStringLen2" (func $JS_ToCStringLen2 (param i32 i32 i64 i32) (result i32)))
  (import "core" "JS_FreeCString" (func $JS_FreeCString (param i32 i32)))

  ;; --- state; every mutable global is exported so that the builder can snapshot it ---
  (global $context (export "state_context") (mut i32) (i32.const 0))
  (global $runtime (export "state_runtime") (mut i32) (i32.const 0))
  ;; 64 octets: 0 two arguments of a call, 16 a length, 20 a context, 24 a float, 32 "time", 40 "native", 48 "event"
  (global $scratch (export "state_scratch") (mut i32) (i32.const 0))
  ;; JavaScript functions given by guest/start.ts
  (global $ask (export "state_ask") (mut i64) (i64.const 0))
  (global $finish (export "state_finish") (mut i64) (i64.const 0))
  (global $describe (export "state_describe") (mut i64) (i64.const 0))
  ;; C string with what the plugin exports, for the builder
  (global $names (export "names") (mut i32) (i32.const 0))
  ;; A tick is 10,000 calls and backward branches, or steps of a regular expression.
  (global $ticks (export "state_ticks") (mut i32) (i32.const 0))
  (global $most_ticks (export "state_most_ticks") (mut i32) (i32.const 0))

  ;; JSValue is NaN-boxed: the tag in the upper half. 3 undefined, 6 exception; small integers have tag 0.
  (global $undefined i64 (i64.const 0x0000000300000000))
  (func $is_exception (param $value i64) (result i32)
    (i64.eq (i64.shr_u (local.get $value) (i64.const 32)) (i64.const 6)))

  ;; ---- at build time ----
  (func (export "boot") (result i32)
    (local $global i32) (local $native i32)
    (call $initialize)
    (if (call $qjs_init) (then (return (i32.const 1))))
    (global.set $context (call $qjs_get_context_ptr))
    (global.set $runtime (call $qjs_get_runtime_ptr))
    (global.set $scratch (call $malloc (i32.const 64)))
    (memory.fill (global.get $scratch) (i32.const 0) (i32.const 64))
    (i64.store offset=32 (global.get $scratch) (i64.const 0x656d6974)) ;; "time"
    (i64.store offset=40 (global.get $scratch) (i64.const 0x65766974616e)) ;; "native"
    (i64.store offset=48 (global.get $scratch) (i64.const 0x746e657665)) ;; "event"
    ;; Small enough that QuickJS notices deep recursion before the host's own stack is used up.
    (call $qjs_set_max_stack_size (i32.const 0x30000))
    (local.set $global (call $qjs_get_global))
    (local.set $native
      (call $qjs_new_host_function (i32.add (global.get $scratch) (i32.const 40)) (i32.const 6) (i32.const 0)))
    (drop (call $qjs_set_prop_string
      (local.get $global) (i32.add (global.get $scratch) (i32.const 40)) (local.get $native)))
    (call $qjs_free_value (local.get $native))
    (call $qjs_free_value (local.get $global))
    (i32.const 0))

  ;; From now on a call that takes too long is interrupted.
  (func (export "arm") (call $qjs_set_interrupt_handler (i32.const 1)))

  ;; ---- what QuickJS asks of its host ----
  ;; Called at each tick. 1 ends the call with "InternalError: interrupted".
  (func (export "host_interrupt") (result i32)
    (global.set $ticks (i32.add (global.get $ticks) (i32.const 1)))
    (i32.gt_u (global.get $ticks) (global.get $most_ticks)))
  ;; The guest's time zone is UTC.
  (func (export "host_get_timezone_offset") (param i32 i32) (result i32) (i32.const 0))
  (func (export "host_promise_rejection") (param i32 i32 i32))
  (func (export "host_module_normalize") (param i32 i32) (result i32) (i32.const 0))
  (func (export "host_module_load") (param i32 i32) (result i32) (i32.const 0))
  ;; `native(0..3, text)` logs; `native(4, ask, finish, describe, names)` hands over what start.ts made; `native(5, text)`
  ;; asks the host; `native(6, offset, octets)` reads content. A result of 0 is the pending exception.
  (func (export "host_call")
    (param $name i32) (param $nameLength i32) (param $this i32) (param $count i32) (param $arguments i32) (result i32)
    (local $operation i32)
    (local.set $operation (i32.trunc_sat_f64_u (call $qjs_get_float64 (i32.load (local.get $arguments)))))
    (if (i32.eq (local.get $operation) (i32.const 5))
      (then (return (call $ask_host (i32.load offset=4 (local.get $arguments))))))
    (if (i32.eq (local.get $operation) (i32.const 6))
      (then (return (call $read_content
        (call $qjs_get_float64 (i32.load offset=4 (local.get $arguments)))
        (i64.load (i32.load offset=8 (local.get $arguments)))))))
    (if (i32.eq (local.get $operation) (i32.const 4))
      (then (call $bind (local.get $arguments)))
      (else (call $log (local.get $operation) (i32.load offset=4 (local.get $arguments)))))
    (call $qjs_dup_value (call $qjs_get_undefined)))

  ;; The host's result, parsed; undefined if there is no host to ask.
  (func $ask_host (param $request i32) (result i32)
    (local $characters i32) (local $length i32) (local $buffer i32) (local $value i64)
    (local.set $characters
      (call $qjs_get_string_len (local.get $request) (i32.add (global.get $scratch) (i32.const 16))))
    (if (i32.eqz (local.get $characters)) (then (return (i32.const 0))))
    (local.set $length (call $host_call (local.get $characters) (i32.load offset=16 (global.get $scratch))))
    (call $qjs_free_cstring (local.get $characters))
    (if (i32.le_s (local.get $length) (i32.const 0))
      (then (return (call $qjs_dup_value (call $qjs_get_undefined)))))
    (local.set $buffer (call $malloc (i32.add (local.get $length) (i32.const 1))))
    (if (i32.eqz (local.get $buffer)) (then
      (drop (call $JS_ThrowOutOfMemory (global.get $context)))
      (return (i32.const 0))))
    (call $host_result (local.get $buffer))
    ;; JS_ParseJSON wants a zero behind the text.
    (i32.store8 (i32.add (local.get $buffer) (local.get $length)) (i32.const 0))
    (local.set $value (call $JS_ParseJSON (global.get $context) (local.get $buffer) (local.get $length)
      (i32.add (global.get $scratch) (i32.const 48))))
    (call $free (local.get $buffer))
    (if (call $is_exception (local.get $value)) (then (return (i32.const 0))))
    ;; A pointer to the value is what QuickJS takes; the copy counts as one more owner.
    (i64.store (global.get $scratch) (local.get $value))
    (local.set $buffer (call $qjs_dup_value (global.get $scratch)))
    (call $JS_FreeValue (global.get $context) (local.get $value))
    (local.get $buffer))

  ;; Fills the octets of a Uint8Array, which nothing can move or free while the guest is suspended.
  (func $read_content (param $offset f64) (param $octets i64) (result i32)
    (local $pointer i32)
    (local.set $pointer
      (call $JS_GetUint8Array (global.get $context) (i32.add (global.get $scratch) (i32.const 16)) (local.get $octets)))
    (if (i32.eqz (local.get $pointer)) (then (return (i32.const 0))))
    (call $qjs_new_number (f64.convert_i32_s (call $content_read
      (local.get $offset) (i32.load offset=16 (global.get $scratch)) (local.get $pointer)))))

  (func $bind (param $arguments i32)
    (global.set $ask (call $JS_DupValue (global.get $context) (i64.load (i32.load offset=4 (local.get $arguments)))))
    (global.set $finish (call $JS_DupValue (global.get $context) (i64.load (i32.load offset=8 (local.get $arguments)))))
    (global.set $describe
      (call $JS_DupValue (global.get $context) (i64.load (i32.load offset=12 (local.get $arguments)))))
    (global.set $names
      (call $qjs_get_string_len (i32.load offset=16 (local.get $arguments))
        (i32.add (global.get $scratch) (i32.const 16)))))

  (func $log (param $level i32) (param $text i32)
    (local $characters i32) (local $block i64)
    (local.set $characters
      (call $qjs_get_string_len (local.get $text) (i32.add (global.get $scratch) (i32.const 16))))
    (if (i32.eqz (local.get $characters)) (then (return)))
    (local.set $block (call $block (local.get $characters) (i32.load offset=16 (global.get $scratch))))
    (call $qjs_free_cstring (local.get $characters))
    (block $error (block $warn (block $info (block $debug
      (br_table $debug $info $warn $error (local.get $level)))
      (call $log_debug (local.get $block)) (return))
      (call $log_info (local.get $block)) (return))
      (call $log_warn (local.get $block)) (return))
    (call $log_error (local.get $block)))

  ;; Copies octets into a block of Extism's kernel memory.
  (func $block (param $from i32) (param $length i32) (result i64)
    (local $block i64) (local $at i32)
    (local.set $block (call $alloc (i64.extend_i32_u (local.get $length))))
    (loop $words
      (if (i32.le_u (i32.add (local.get $at) (i32.const 8)) (local.get $length)) (then
        (call $store_u64 (i64.add (local.get $block) (i64.extend_i32_u (local.get $at)))
          (i64.load (i32.add (local.get $from) (local.get $at))))
        (local.set $at (i32.add (local.get $at) (i32.const 8)))
        (br $words))))
    (loop $octets
      (if (i32.lt_u (local.get $at) (local.get $length)) (then
        (call $store_u8 (i64.add (local.get $block) (i64.extend_i32_u (local.get $at)))
          (i32.load8_u (i32.add (local.get $from) (local.get $at))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $octets))))
    (local.get $block))

  ;; ---- one question ----
  ;; The exported functions of a plugin call this with their place in `names`. 0 answered, 1 failed.
  (func (export "ask") (param $index i32) (result i32)
    (local $value i64)
    (global.set $ticks (i32.const 0))
    ;; What a client sent must not cost more than some 0.3 s; `configure`, with the operator's lists, may take a hundredfold.
    (global.set $most_ticks (select (i32.const 1000) (i32.const 100000) (local.get $index)))
    (local.set $value (call $read_event))
    (if (call $is_exception (local.get $value)) (then (return (call $fail))))
    (local.set $value (call $settle (call $run (local.get $index) (local.get $value))))
    (if (call $is_exception (local.get $value)) (then (return (call $fail))))
    (local.set $value (call $call1 (global.get $finish) (local.get $value)))
    (if (call $is_exception (local.get $value)) (then (return (call $fail))))
    (call $write_answer (local.get $value)))

  (func $read_event (result i64)
    (local $length i32) (local $buffer i32) (local $event i64)
    (local.set $length (call $event_length))
    (local.set $buffer (call $malloc (i32.add (local.get $length) (i32.const 1))))
    ;; No memory for the event: nothing that could be told in JavaScript either.
    (if (i32.eqz (local.get $buffer)) (then (unreachable)))
    (call $event_read (local.get $buffer))
    ;; JS_ParseJSON wants a zero behind the text.
    (i32.store8 (i32.add (local.get $buffer) (local.get $length)) (i32.const 0))
    (local.set $event (call $JS_ParseJSON (global.get $context) (local.get $buffer) (local.get $length)
      (i32.add (global.get $scratch) (i32.const 48))))
    (call $free (local.get $buffer))
    (local.get $event))

  ;; Sets the clock to `event.time` and calls `ask(index, event)`. Frees the event.
  (func $run (param $index i32) (param $event i64) (result i64)
    (local $time i64)
    (local.set $time (call $JS_GetPropertyStr (global.get $context) (local.get $event)
      (i32.add (global.get $scratch) (i32.const 32))))
    ;; An absent time is undefined, NaN, 0: the event of `configure`.
    (drop (call $JS_ToFloat64 (global.get $context) (i32.add (global.get $scratch) (i32.const 24)) (local.get $time)))
    (call $JS_FreeValue (global.get $context) (local.get $time))
    (call $set_clock (i64.mul (i64.trunc_sat_f64_s (f64.load offset=24 (global.get $scratch))) (i64.const 1000000)))
    (i64.store (global.get $scratch) (i64.extend_i32_u (local.get $index)))
    (i64.store offset=8 (global.get $scratch) (local.get $event))
    (local.set $time (call $JS_Call
      (global.get $context) (global.get $ask) (global.get $undefined) (i32.const 2) (global.get $scratch)))
    (call $JS_FreeValue (global.get $context) (local.get $event))
    (local.get $time))

  ;; Runs all pending jobs; of a settled promise gives the value, or throws the reason. A pending one is left as it is.
  (func $settle (param $value i64) (result i64)
    (local $state i32) (local $settled i64)
    (if (call $is_exception (local.get $value)) (then (return (local.get $value))))
    (loop $jobs
      (if (call $JS_IsJobPending (global.get $runtime)) (then
        (if (i32.lt_s (call $JS_ExecutePendingJob
              (global.get $runtime) (i32.add (global.get $scratch) (i32.const 20))) (i32.const 0))
          (then
            (call $JS_FreeValue (global.get $context) (local.get $value))
            (return (i64.const 0x0000000600000000))))
        (br $jobs))))
    (local.set $state (call $JS_PromiseState (global.get $context) (local.get $value)))
    (if (i32.le_s (local.get $state) (i32.const 0)) (then (return (local.get $value))))
    (local.set $settled (call $JS_PromiseResult (global.get $context) (local.get $value)))
    (call $JS_FreeValue (global.get $context) (local.get $value))
    (if (i32.eq (local.get $state) (i32.const 2))
      (then (return (call $JS_Throw (global.get $context) (local.get $settled)))))
    (local.get $settled))

  ;; Calls a function with one argument and frees the argument.
  (func $call1 (param $function i64) (param $argument i64) (result i64)
    (local $result i64)
    (i64.store (global.get $scratch) (local.get $argument))
    (local.set $result (call $JS_Call
      (global.get $context) (local.get $function) (global.get $undefined) (i32.const 1) (global.get $scratch)))
    (call $JS_FreeValue (global.get $context) (local.get $argument))
    (local.get $result))

  (func $write_answer (param $text i64) (result i32)
    (local $characters i32)
    (local.set $characters (call $characters (local.get $text)))
    (if (i32.eqz (local.get $characters)) (then (return (call $fail))))
    (call $answer_write (local.get $characters) (i32.load offset=16 (global.get $scratch)))
    (call $JS_FreeCString (global.get $context) (local.get $characters))
    (i32.const 0))

  ;; The text as a C string, its length at scratch+16; 0 if there is no memory. Frees the text.
  (func $characters (param $text i64) (result i32)
    (local $characters i32)
    (local.set $characters (call $JS_ToCStringLen2
      (global.get $context) (i32.add (global.get $scratch) (i32.const 16)) (local.get $text) (i32.const 0)))
    (call $JS_FreeValue (global.get $context) (local.get $text))
    (local.get $characters))

  ;; Tells the host of the pending exception. Always 1.
  (func $fail (result i32)
    (local $text i64) (local $characters i32)
    (global.set $ticks (i32.const 0))
    (local.set $text (call $call1 (global.get $describe) (call $JS_GetException (global.get $context))))
    ;; Not even that could be put into words, for want of memory: the host sees a trap.
    (if (call $is_exception (local.get $text)) (then (unreachable)))
    (local.set $characters (call $characters (local.get $text)))
    (if (i32.eqz (local.get $characters)) (then (unreachable)))
    (call $error_set (call $block (local.get $characters) (i32.load offset=16 (global.get $scratch))))
    (call $JS_FreeCString (global.get $context) (local.get $characters))
    (i32.const 1))
)
