;; The six WASI functions that QuickJS imports, without any WASI: a clock that the guest sets, and nothing else.
(module
  (import "core" "memory" (memory 1))
  ;; Nanoseconds since 1970. Set by glue.wat from `event.time`; it stands still during a call.
  (global $now (export "state_now") (mut i64) (i64.const 0))
  (func (export "set_clock") (param $nanoseconds i64) (global.set $now (local.get $nanoseconds)))
  (func (export "clock_time_get") (param $clock i32) (param $precision i64) (param $result i32) (result i32)
    (i64.store (local.get $result) (global.get $now))
    (i32.const 0))
  ;; Zeros: the guest's randomness is `event.seed`, and a build must give the same bytes twice.
  (func (export "random_get") (param $buffer i32) (param $length i32) (result i32)
    (memory.fill (local.get $buffer) (i32.const 0) (local.get $length))
    (i32.const 0))
  ;; There are no files: EBADF.
  (func (export "fd_close") (param i32) (result i32) (i32.const 8))
  (func (export "fd_fdstat_get") (param i32 i32) (result i32) (i32.const 8))
  (func (export "fd_seek") (param i32 i64 i32 i32) (result i32) (i32.const 8))
  (func (export "fd_write") (param i32 i32 i32 i32) (result i32) (i32.const 8))
)
