package metrics

import (
	"bytes"
	"os"
	"runtime"
	"runtime/pprof"
	"strconv"
	"time"
)

// process shows what is known of the Go runtime and of the process, under the names and
// with the meaning that Prometheus clients have for it.
type process struct {
	started time.Time
}

func one(kind kind, name, help string, value float64) family {
	return family{name: name, help: help, kind: kind, samples: []sample{{value: value}}}
}

// families reads the runtime; that stops the program for some microseconds.
func (p process) families() []family {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	info := one(gauge, "logbot_go_info", "Information about the Go environment.", 1)
	info.samples[0].labels = []label{{"version", runtime.Version()}}
	pauses := family{name: "logbot_go_gc_duration_seconds", kind: summary, help: "A summary of the wall-time pause (stop-the-world) duration in garbage collection cycles.",
		samples: []sample{{"_sum", nil, float64(m.PauseTotalNs) / 1e9}, {"_count", nil, float64(m.NumGC)}}}
	return append(p.usage(), info, pauses,
		one(gauge, "logbot_go_goroutines", "Number of goroutines that currently exist.", float64(runtime.NumGoroutine())),
		one(gauge, "logbot_go_threads", "Number of OS threads created.", float64(pprof.Lookup("threadcreate").Count())),
		one(counter, "logbot_go_memstats_alloc_bytes_total", "Total number of bytes allocated in heap until now, even if released already.", float64(m.TotalAlloc)),
		one(gauge, "logbot_go_memstats_heap_alloc_bytes", "Number of heap bytes allocated and currently in use.", float64(m.HeapAlloc)),
		one(gauge, "logbot_go_memstats_heap_inuse_bytes", "Number of heap bytes that are in use.", float64(m.HeapInuse)),
		one(gauge, "logbot_go_memstats_heap_released_bytes", "Number of heap bytes released to OS.", float64(m.HeapReleased)),
		one(gauge, "logbot_go_memstats_stack_inuse_bytes", "Number of bytes obtained from system for stack allocator.", float64(m.StackInuse)),
		one(gauge, "logbot_go_memstats_sys_bytes", "Number of bytes obtained from system.", float64(m.Sys)),
		one(gauge, "logbot_go_memstats_next_gc_bytes", "Number of heap bytes when next garbage collection will take place.", float64(m.NextGC)),
	)
}

// usage is what the system says of the process. What it does not say is left out, such as
// the memory if there is no /proc.
func (p process) usage() []family {
	all := []family{one(gauge, "logbot_process_start_time_seconds", "Start time of the process since unix epoch in seconds.", float64(p.started.UnixMilli())/1e3)}
	if cpu, files, ok := used(); ok {
		all = append(all,
			one(counter, "logbot_process_cpu_seconds_total", "Total user and system CPU time spent in seconds.", cpu.Seconds()),
			one(gauge, "logbot_process_max_fds", "Maximum number of open file descriptors.", float64(files)))
	}
	if open, err := os.ReadDir("/proc/self/fd"); err == nil {
		all = append(all, one(gauge, "logbot_process_open_fds", "Number of open file descriptors.", float64(len(open)-1))) // less the one that reads
	}
	if text, err := os.ReadFile("/proc/self/statm"); err == nil {
		for i, m := range []struct{ name, help string }{
			{"logbot_process_virtual_memory_bytes", "Virtual memory size in bytes."},
			{"logbot_process_resident_memory_bytes", "Resident memory size in bytes."},
		} {
			if pages, err := strconv.ParseFloat(string(bytes.Fields(text)[i]), 64); err == nil {
				all = append(all, one(gauge, m.name, m.help, pages*float64(os.Getpagesize())))
			}
		}
	}
	return all
}
