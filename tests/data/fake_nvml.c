/* A stand-in for NVIDIA's libnvidia-ml.so.1: tests drive the real pynvml against it.
 *
 *   gcc -shared -fPIC -pthread -Wl,-soname,libnvidia-ml.so.1 -o libnvidia-ml.so.1 fake_nvml.c
 *
 * The file named by FAKE_NVML_MACHINE says what kind of card it plays (tests/data/machines), the file named by
 * FAKE_NVML_CONTROL what goes wrong. Both have one "key value" a line; the second is read again at each start, count,
 * utilisation, process and event call, so that a test can change its mind while the program runs:
 *
 *   gpus N            how many GPUs (8)              lost N            GPU N answers "GPU is lost"
 *   no_fan N          GPU N has no fan               no_permission N   GPU N refuses its ECC counters
 *   reversed 1        devices in the other order     init_error CODE   nvmlInit fails
 *   gone 1            every call: not initialised    garbage N         GPU N answers numbers that cannot be
 *   removed N         GPU N is not listed any more   twice N           GPU N gives the UUID of GPU 0
 *   hang N            temperature of GPU N hangs     hang_slow N       process list of GPU N hangs
 *   hang_events 1     waiting for events hangs       xid 3079          GPU 3 has Xid 79; told once for each change
 *   driver 590        the version of the driver      read_only 1       power limits: no permission
 *
 * A hanging call returns when the control file does not say so any more. Besides, both files take the key of any
 * reading below with its value, `no KEY` where it is not supported, `denied KEY` where it is not permitted, and the
 * texts `name`, `vbios`, `serial`, `part`, `firmware`. A negative value is given as the unsigned number it becomes.
 *
 * With FAKE_NVML_DRIFT in the environment load, memory, heat, power and clocks change with each reading.
 *
 * With -DOLD_DRIVER some newer functions do not exist.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    SUCCESS = 0, UNINITIALIZED = 1, INVALID = 2, NOT_SUPPORTED = 3, NO_PERMISSION = 4, NOT_FOUND = 6, TOO_SMALL = 7,
    TIMED_OUT = 10, GPU_IS_LOST = 15
};
enum { MOST = 16, TEXT = 96, FIRMWARE = 64, XID_EVENT = 8 };

/* Readings with the value of a card that is well. */
#define READINGS(X) \
    X(gpu_percent, 90) X(memory_percent, 40) X(memory_total, 25769803776LL) X(memory_used, 20000000000LL) \
    X(memory_reserved, 450000000LL) X(bar1_total, 268435456LL) X(bar1_used, 12000000LL) X(temperature, 60) \
    X(shutdown_temperature, 98) X(slowdown_temperature, 93) X(memory_limit, 110) X(target_temperature, 83) \
    X(memory_temperature, 98) X(power, 331500) X(power_limit, 350000) X(power_set, 350000) X(power_least, 100000) \
    X(power_most, 400000) X(power_default, 350000) X(energy, 7200000000LL) X(fan, 64) X(fans, 2) X(graphics, 1755) \
    X(sm, 1755) X(memory_clock, 9751) X(video, 1545) X(graphics_top, 2100) X(memory_top, 9751) X(video_top, 1950) \
    X(state, 2) X(generation, 3) X(lanes, 8) X(top_generation, 4) X(top_lanes, 16) X(replays, 3) X(slowed, 0x24) \
    X(ecc_uncorrected, 0) X(ecc_corrected, 5) X(ecc_lifetime, 1) X(ecc_mode, 1) X(retired_pages, 0) \
    X(remapped_corrected, 1) X(remapped_uncorrected, 0) X(remap_pending, 0) X(remap_failed, 0) X(encoder, 1) \
    X(decoder, 2) X(links, 0) X(link_errors, 0) X(link_generation, 3) X(mig, 0) X(compute_mode, 0) X(persistent, 1) \
    X(pid, 0) X(process_memory, 19000000000LL) X(graphics_pid, 0) X(pcie_sent, 1200) X(pcie_received, 3400) \
    X(architecture, 7) X(cores, 10496) X(bus_bits, 384) X(capability, 86) X(cuda, 13000) X(events, XID_EVENT) \
    X(margin, 23) X(jpeg, 3) X(optical_flow, 4) X(power_instant, 340250) X(memory_power, 61000) \
    X(held_power, 11650329344LL) X(held_heat, 2000000000LL) X(held_sync, 0) X(held_board, 0) X(held_reliability, 0) \
    X(spare_all, 640) X(spare_few, 0) X(spare_none, 0)

#define AS_ENUM(key, value) K_##key,
#define AS_NAME(key, value) #key,
#define AS_VALUE(key, value) value,
enum { READINGS(AS_ENUM) KEYS };
static const char *const names[] = {READINGS(AS_NAME)};
static const long long usual[] = {READINGS(AS_VALUE)};

typedef struct { int number, is_slice; } device;
typedef struct { unsigned gpu, memory; } utilization;
typedef struct { unsigned long long total, free, used; } memory_info;
typedef struct { unsigned version; unsigned long long total, reserved, free, used; } memory_info_2;
typedef struct { unsigned version; int margin; } margin_temperature;
typedef struct { unsigned all, high, partial, low, none; } spare_rows;
typedef struct { unsigned pid; unsigned long long memory; unsigned gpu_instance, compute_instance; } process_info;
typedef struct { device *gpu; unsigned long long kind, data; unsigned gpu_instance, compute_instance; } event_data;
typedef struct { char old_id[16]; unsigned domain, bus, device, id, subsystem; char id_text[32]; } pci_info;
typedef struct {
    uint32_t field, scope;
    int64_t timestamp, latency;
    uint32_t type, result;
    union { double d; uint32_t ui; unsigned long long ull; } value;
} field_value;

typedef struct {
    int gpus, lost, no_fan, no_permission, reversed, init_error, gone, garbage, removed, twice, hang, hang_slow,
        hang_events, xid, driver, read_only;
    long long value[KEYS];
    int error[KEYS];
    char name[TEXT], vbios[TEXT], serial[TEXT], part[TEXT], firmware[FIRMWARE];
} orders;

static device devices[MOST], slices[MOST][2];
static orders control;
static unsigned limits_set[MOST];
static int told_xid;
static pthread_mutex_t reading = PTHREAD_MUTEX_INITIALIZER;
static unsigned drift, is_drifting; /* benches want values that move, tests want values that stay */

static int key_of(const char *name)
{
    for (int key = 0; key < KEYS; key++)
        if (!strcmp(names[key], name)) return key;
    return -1;
}

static void obey(orders *o, const char *path)
{
    char line[256], word[32], rest[TEXT];
    FILE *file = path ? fopen(path, "r") : NULL;
    if (!file) return;
    while (fgets(line, sizeof line, file)) {
        rest[0] = 0;
        if (sscanf(line, "%31s %95[^\n]", word, rest) < 2 || word[0] == '#') continue;
        int value = atoi(rest), key = key_of(word);
        if (key >= 0) o->value[key] = strtoll(rest, NULL, 0), o->error[key] = SUCCESS;
        else if (!strcmp(word, "no") && (key = key_of(rest)) >= 0) o->error[key] = NOT_SUPPORTED;
        else if (!strcmp(word, "denied") && (key = key_of(rest)) >= 0) o->error[key] = NO_PERMISSION;
        else if (!strcmp(word, "name")) snprintf(o->name, TEXT, "%s", rest);
        else if (!strcmp(word, "vbios")) snprintf(o->vbios, TEXT, "%s", rest);
        else if (!strcmp(word, "serial")) snprintf(o->serial, TEXT, "%s", rest);
        else if (!strcmp(word, "part")) snprintf(o->part, TEXT, "%s", rest);
        else if (!strcmp(word, "firmware")) snprintf(o->firmware, FIRMWARE, "%.63s", rest);
        else if (!strcmp(word, "gpus")) o->gpus = value > MOST ? MOST : value;
#define ORDER(key) else if (!strcmp(word, #key)) o->key = value;
        ORDER(lost) ORDER(no_fan) ORDER(no_permission) ORDER(reversed) ORDER(init_error) ORDER(gone) ORDER(garbage)
        ORDER(removed) ORDER(twice) ORDER(hang) ORDER(hang_slow) ORDER(hang_events) ORDER(xid) ORDER(driver)
        ORDER(read_only)
    }
    fclose(file);
}

static void read_control(void)
{
    static orders next; /* put in place as a whole, so that no thread sees half of it */
    if (!getenv("FAKE_NVML_CONTROL") && control.gpus) return;
    pthread_mutex_lock(&reading);
    memset(&next, 0, sizeof next);
    next.gpus = 8;
    next.lost = next.no_fan = next.no_permission = next.garbage = next.removed = next.twice = next.hang = -1;
    next.hang_slow = -1;
    next.driver = 580;
    memcpy(next.value, usual, sizeof usual);
    strcpy(next.name, "NVIDIA GeForce RTX 3090");
    strcpy(next.vbios, "94.02.42.00.B1");
    obey(&next, getenv("FAKE_NVML_MACHINE"));
    obey(&next, getenv("FAKE_NVML_CONTROL"));
    control = next;
    pthread_mutex_unlock(&reading);
}

static void pause_a_moment(void)
{
    struct timespec moment = {0, 10000000};
    nanosleep(&moment, NULL);
}

static int state_of(device *d)
{
    if (control.gone) return UNINITIALIZED;
    return d->number == control.lost ? GPU_IS_LOST : SUCCESS;
}

static int ask(device *d, int key)
{
    int state = state_of(d);
    return state ? state : control.error[key];
}

#define ANSWER(d, key, out, given) \
    do { int state = ask(d, K_##key); if (state) return state; *(out) = (given); return SUCCESS; } while (0)
#define VALUE(key) (control.value[K_##key])
#define PLAIN(function, key, type) \
    int function(device *d, type *out) { ANSWER(d, key, out, (type)VALUE(key)); }

int nvmlInitWithFlags(unsigned flags)
{
    (void)flags;
    read_control();
    is_drifting = getenv("FAKE_NVML_DRIFT") != NULL;
    for (int i = 0; i < MOST; i++) {
        devices[i].number = slices[i][0].number = slices[i][1].number = i;
        slices[i][0].is_slice = 1, slices[i][1].is_slice = 2;
    }
    return control.init_error;
}
int nvmlInit_v2(void) { return nvmlInitWithFlags(0); }
int nvmlShutdown(void) { return control.gone ? UNINITIALIZED : SUCCESS; }
const char *nvmlErrorString(int code) { (void)code; return "an error of the fake driver"; }

int nvmlSystemGetDriverVersion(char *text, unsigned length)
{
    snprintf(text, length, "%d.95.05", control.driver);
    return control.gone ? UNINITIALIZED : SUCCESS;
}
int nvmlSystemGetCudaDriverVersion(int *version) { *version = (int)VALUE(cuda); return SUCCESS; }

int nvmlDeviceGetCount_v2(unsigned *count)
{
    read_control();
    if (control.gone) return UNINITIALIZED;
    *count = control.gpus - (control.removed >= 0);
    return SUCCESS;
}

int nvmlDeviceGetHandleByIndex_v2(unsigned index, device **handle)
{
    int number = control.reversed ? control.gpus - 1 - (int)index : (int)index;
    if (control.removed >= 0 && number >= control.removed) number++;
    if (number < 0 || number >= control.gpus) return INVALID;
    *handle = &devices[number];
    return state_of(*handle);
}

static int text_of(device *d, const char *given, char *text, unsigned length)
{
    int state = state_of(d);
    if (state) return state;
    if (!given[0]) return NOT_SUPPORTED;
    snprintf(text, length, "%s", given);
    return SUCCESS;
}
int nvmlDeviceGetName(device *d, char *text, unsigned length)
{
    snprintf(text, length, d->is_slice ? "%.60s MIG 1g.10gb" : "%s", control.name);
    return state_of(d);
}
int nvmlDeviceGetVbiosVersion(device *d, char *text, unsigned length) { return text_of(d, control.vbios, text, length); }
int nvmlDeviceGetSerial(device *d, char *text, unsigned length) { return text_of(d, control.serial, text, length); }
int nvmlDeviceGetBoardPartNumber(device *d, char *text, unsigned length) { return text_of(d, control.part, text, length); }
int nvmlDeviceGetUUID(device *d, char *text, unsigned length)
{
    if (d->is_slice) snprintf(text, length, "MIG-00000000-0000-4000-8000-%08d%04d", d->number, d->is_slice);
    else snprintf(text, length, "GPU-00000000-0000-4000-8000-%012d", d->number == control.twice ? 0 : d->number);
    return state_of(d);
}
int nvmlDeviceGetPciInfo_v3(device *d, pci_info *out)
{
    memset(out, 0, sizeof *out);
    snprintf(out->id_text, sizeof out->id_text, "00000000:%02X:00.0", 0x41 + d->number);
    return state_of(d);
}
int nvmlDeviceGetUtilizationRates(device *d, utilization *out)
{
    read_control();
    drift = is_drifting ? (drift + 5) % 63 : 0;
    utilization rates = {VALUE(gpu_percent) + d->number - drift, VALUE(memory_percent) + d->number};
    if (d->number == control.garbage) rates.gpu = 4000000000u;
    ANSWER(d, gpu_percent, out, rates);
}
int nvmlDeviceGetMemoryInfo(device *d, memory_info *out)
{
    unsigned long long used = VALUE(memory_used) - 99999999ULL * drift;
    if (d->is_slice) used /= 8;
    if (!control.error[K_memory_reserved]) used += VALUE(memory_reserved); /* this older form counts it in */
    memory_info memory = {VALUE(memory_total) / (d->is_slice ? 7 : 1), VALUE(memory_total) - used, used};
    ANSWER(d, memory_used, out, memory);
}
int nvmlDeviceGetTemperature(device *d, int sensor, unsigned *out)
{
    (void)sensor;
    while (control.hang == d->number) pause_a_moment(), read_control();
    ANSWER(d, temperature, out, VALUE(temperature) + d->number - drift / 4);
}
int nvmlDeviceGetTemperatureThreshold(device *d, int kind, unsigned *out)
{
    static const int keys[] = {K_shutdown_temperature, K_slowdown_temperature, K_memory_limit, K_target_temperature};
    if (kind < 0 || kind > 3) return NOT_SUPPORTED;
    int state = ask(d, keys[kind]);
    *out = control.value[keys[kind]];
    return state;
}
int nvmlDeviceGetPowerUsage(device *d, unsigned *out)
{
    ANSWER(d, power, out, d->number == control.garbage ? 0xFFFFFFFFu : VALUE(power) - 1000u * drift);
}
static unsigned set_or(device *d, int key) { return limits_set[d->number] ? limits_set[d->number] : control.value[key]; }
int nvmlDeviceGetEnforcedPowerLimit(device *d, unsigned *out) { ANSWER(d, power_limit, out, set_or(d, K_power_limit)); }
int nvmlDeviceGetPowerManagementLimit(device *d, unsigned *out) { ANSWER(d, power_set, out, set_or(d, K_power_set)); }
int nvmlDeviceGetPowerManagementDefaultLimit(device *d, unsigned *out) { ANSWER(d, power_default, out, VALUE(power_default)); }
int nvmlDeviceGetPowerManagementLimitConstraints(device *d, unsigned *least, unsigned *most)
{
    *most = VALUE(power_most);
    ANSWER(d, power_least, least, VALUE(power_least));
}
int nvmlDeviceSetPowerManagementLimit(device *d, unsigned limit)
{
    int state = ask(d, K_power_set);
    if (state) return state;
    if (control.read_only) return NO_PERMISSION;
    if (limit < VALUE(power_least) || limit > VALUE(power_most)) return INVALID;
    limits_set[d->number] = limit;
    return SUCCESS;
}
PLAIN(nvmlDeviceGetTotalEnergyConsumption, energy, unsigned long long)
int nvmlDeviceGetFanSpeed(device *d, unsigned *out)
{
    if (d->number == control.no_fan) return NOT_SUPPORTED;
    ANSWER(d, fan, out, VALUE(fan));
}
int nvmlDeviceGetFanSpeed_v2(device *d, unsigned fan, unsigned *out)
{
    if (fan >= VALUE(fans)) return INVALID;
    ANSWER(d, fan, out, VALUE(fan) + fan);
}
PLAIN(nvmlDeviceGetNumFans, fans, unsigned)
int nvmlDeviceGetClockInfo(device *d, int kind, unsigned *out)
{
    static const int keys[] = {K_graphics, K_sm, K_memory_clock, K_video};
    int state = ask(d, keys[kind & 3]);
    *out = control.value[keys[kind & 3]] - 15 * drift;
    return state;
}
int nvmlDeviceGetMaxClockInfo(device *d, int kind, unsigned *out)
{
    static const int keys[] = {K_graphics_top, K_graphics_top, K_memory_top, K_video_top};
    int state = ask(d, keys[kind & 3]);
    *out = control.value[keys[kind & 3]];
    return state;
}
PLAIN(nvmlDeviceGetPerformanceState, state, unsigned)
PLAIN(nvmlDeviceGetCurrPcieLinkGeneration, generation, unsigned)
PLAIN(nvmlDeviceGetCurrPcieLinkWidth, lanes, unsigned)
PLAIN(nvmlDeviceGetMaxPcieLinkGeneration, top_generation, unsigned)
PLAIN(nvmlDeviceGetMaxPcieLinkWidth, top_lanes, unsigned)
PLAIN(nvmlDeviceGetPcieReplayCounter, replays, unsigned)
int nvmlDeviceGetPcieThroughput(device *d, int kind, unsigned *out)
{
    pause_a_moment(), pause_a_moment(); /* as long as a real driver takes */
    ANSWER(d, pcie_sent, out, kind ? VALUE(pcie_received) : VALUE(pcie_sent));
}
PLAIN(nvmlDeviceGetCurrentClocksThrottleReasons, slowed, unsigned long long)
int nvmlDeviceGetTotalEccErrors(device *d, int type, int counter, unsigned long long *out)
{
    if (d->number == control.no_permission) return NO_PERMISSION;
    if (counter) ANSWER(d, ecc_lifetime, out, VALUE(ecc_lifetime));
    if (type) ANSWER(d, ecc_uncorrected, out, VALUE(ecc_uncorrected));
    ANSWER(d, ecc_corrected, out, VALUE(ecc_corrected));
}
int nvmlDeviceGetEccMode(device *d, int *now, int *next) { *next = VALUE(ecc_mode); ANSWER(d, ecc_mode, now, VALUE(ecc_mode)); }
int nvmlDeviceGetRetiredPages(device *d, int cause, unsigned *count, unsigned long long *pages)
{
    int state = ask(d, K_retired_pages);
    unsigned room = *count, there = cause ? 0 : VALUE(retired_pages);
    if (state) return state;
    *count = there;
    if (there > room) return TOO_SMALL;
    for (unsigned i = 0; i < there; i++) pages[i] = 4096ULL * i;
    return SUCCESS;
}
int nvmlDeviceGetBAR1MemoryInfo(device *d, memory_info *out)
{
    memory_info bar1 = {VALUE(bar1_total), VALUE(bar1_total) - VALUE(bar1_used), VALUE(bar1_used)};
    ANSWER(d, bar1_used, out, bar1);
}
PLAIN(nvmlDeviceGetComputeMode, compute_mode, int)
PLAIN(nvmlDeviceGetPersistenceMode, persistent, int)
PLAIN(nvmlDeviceGetArchitecture, architecture, unsigned)
PLAIN(nvmlDeviceGetNumGpuCores, cores, unsigned)
PLAIN(nvmlDeviceGetMemoryBusWidth, bus_bits, unsigned)
int nvmlDeviceGetCudaComputeCapability(device *d, int *major, int *minor)
{
    *minor = VALUE(capability) % 10;
    ANSWER(d, capability, major, VALUE(capability) / 10);
}
int nvmlDeviceGetNvLinkState(device *d, unsigned link, int *out)
{
    int state = ask(d, K_links);
    if (state) return state;
    if (link >= VALUE(links)) return VALUE(links) ? INVALID : NOT_SUPPORTED;
    *out = link != 1; /* the second is down */
    return SUCCESS;
}
int nvmlDeviceGetNvLinkVersion(device *d, unsigned link, unsigned *out)
{
    (void)link;
    ANSWER(d, link_generation, out, VALUE(link_generation));
}
int nvmlDeviceGetNvLinkErrorCounter(device *d, unsigned link, int kind, unsigned long long *out)
{
    ANSWER(d, link_errors, out, link == 0 ? VALUE(link_errors) + kind : 0);
}
int nvmlDeviceGetMigMode(device *d, unsigned *now, unsigned *next) { *next = VALUE(mig); ANSWER(d, mig, now, VALUE(mig) != 0); }
int nvmlDeviceGetMaxMigDeviceCount(device *d, unsigned *out) { ANSWER(d, mig, out, 7); }
int nvmlDeviceGetMigDeviceHandleByIndex(device *d, unsigned index, device **out)
{
    if (index >= VALUE(mig) || index > 1) return NOT_FOUND;
    ANSWER(d, mig, out, &slices[d->number][index]);
}
int nvmlDeviceGetGpuInstanceId(device *d, unsigned *out) { ANSWER(d, mig, out, d->is_slice); }
int nvmlDeviceGetComputeInstanceId(device *d, unsigned *out) { ANSWER(d, mig, out, 0); }
static int processes(device *d, int key, unsigned *count, process_info *out)
{
    read_control();
    while (control.hang_slow == d->number) pause_a_moment(), read_control();
    int state = state_of(d);
    unsigned there = control.value[key] && d->number == 0, room = *count;
    if (state) return state;
    *count = there;
    if (there > room) return TOO_SMALL;
    process_info one = {control.value[key], VALUE(process_memory), 0xFFFFFFFFu, 0xFFFFFFFFu};
    if (control.error[K_process_memory]) one.memory = ~0ULL;
    if (there) out[0] = one;
    return SUCCESS;
}
int nvmlDeviceGetComputeRunningProcesses_v2(device *d, unsigned *count, process_info *out) { return processes(d, K_pid, count, out); }
int nvmlDeviceGetGraphicsRunningProcesses_v2(device *d, unsigned *count, process_info *out) { return processes(d, K_graphics_pid, count, out); }
static const struct { uint32_t field, scope; int key; } fields[] = {
    {82, 0, K_memory_temperature}, {186, 0, K_power_instant}, {185, 2, K_memory_power}, {74, 0, K_held_power},
    {75, 0, K_held_heat}, {76, 0, K_held_sync}, {77, 0, K_held_board}, {79, 0, K_held_reliability},
};
/* As before there were slices: what nvtop asks for. */
typedef struct { unsigned pid; unsigned long long memory; } first_process_info;
static int first_processes(device *d, int key, unsigned *count, first_process_info *out)
{
    process_info one;
    unsigned there = 1;
    int state = processes(d, key, &there, &one);
    if (state) return state;
    unsigned room = *count;
    *count = there;
    if (there > room) return TOO_SMALL;
    if (there) out[0].pid = one.pid, out[0].memory = one.memory;
    return SUCCESS;
}
int nvmlDeviceGetComputeRunningProcesses(device *d, unsigned *count, first_process_info *out) { return first_processes(d, K_pid, count, out); }
int nvmlDeviceGetGraphicsRunningProcesses(device *d, unsigned *count, first_process_info *out) { return first_processes(d, K_graphics_pid, count, out); }
int nvmlDeviceGetFieldValues(device *d, int count, field_value *values)
{
    int state = state_of(d);
    for (int i = 0; i < count; i++) {
        int key = -1;
        for (unsigned known = 0; known < sizeof fields / sizeof *fields; known++)
            if (fields[known].field == values[i].field && fields[known].scope == values[i].scope) key = fields[known].key;
        values[i].result = key < 0 ? NOT_SUPPORTED : control.error[key];
        values[i].type = 3;
        values[i].value.ull = key < 0 ? 0 : control.value[key];
    }
    return state;
}

/* Events: one set is enough. */
int nvmlEventSetCreate(int **set) { static int only; *set = &only; return control.gone ? UNINITIALIZED : SUCCESS; }
int nvmlEventSetFree(int *set) { (void)set; return SUCCESS; }
int nvmlDeviceGetSupportedEventTypes(device *d, unsigned long long *out) { ANSWER(d, events, out, VALUE(events)); }
int nvmlDeviceRegisterEvents(device *d, unsigned long long kinds, int *set) { (void)kinds, (void)set; return ask(d, K_events); }
int nvmlEventSetWait_v2(int *set, event_data *out, unsigned milliseconds)
{
    (void)set;
    if (!getenv("FAKE_NVML_CONTROL")) { /* nothing can happen: wait as a driver does, without waking up */
        struct timespec whole = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
        nanosleep(&whole, NULL);
        return TIMED_OUT;
    }
    for (unsigned waited = 0;; waited += 10) {
        read_control();
        while (control.hang_events) pause_a_moment(), read_control();
        if (control.gone) return UNINITIALIZED;
        if (control.xid && control.xid != told_xid) {
            event_data event = {&devices[control.xid / 1000 % MOST], XID_EVENT, control.xid % 1000, ~0u, ~0u};
            told_xid = control.xid;
            *out = event;
            return SUCCESS;
        }
        if (waited >= milliseconds) return TIMED_OUT;
        pause_a_moment();
    }
}
#ifndef OLD_DRIVER
int nvmlDeviceGetEncoderUtilization(device *d, unsigned *out, unsigned *period) { *period = 1000; ANSWER(d, encoder, out, VALUE(encoder)); }
int nvmlDeviceGetDecoderUtilization(device *d, unsigned *out, unsigned *period) { *period = 1000; ANSWER(d, decoder, out, VALUE(decoder)); }
int nvmlDeviceGetJpgUtilization(device *d, unsigned *out, unsigned *period) { *period = 1000; ANSWER(d, jpeg, out, VALUE(jpeg)); }
int nvmlDeviceGetOfaUtilization(device *d, unsigned *out, unsigned *period) { *period = 1000; ANSWER(d, optical_flow, out, VALUE(optical_flow)); }
int nvmlDeviceGetMarginTemperature(device *d, margin_temperature *out) { ANSWER(d, margin, &out->margin, VALUE(margin)); }
int nvmlDeviceGetGspFirmwareVersion(device *d, char *text) { return text_of(d, control.firmware, text, FIRMWARE); }
int nvmlDeviceGetRowRemapperHistogram(device *d, spare_rows *out)
{
    spare_rows rows = {VALUE(spare_all), VALUE(spare_few), 0, 0, VALUE(spare_none)};
    ANSWER(d, spare_all, out, rows);
}
int nvmlDeviceGetComputeRunningProcesses_v3(device *d, unsigned *count, process_info *out) { return processes(d, K_pid, count, out); }
int nvmlDeviceGetGraphicsRunningProcesses_v3(device *d, unsigned *count, process_info *out) { return processes(d, K_graphics_pid, count, out); }
int nvmlDeviceGetMemoryInfo_v2(device *d, memory_info_2 *out)
{
    unsigned long long used = (VALUE(memory_used) - 99999999ULL * drift) / (d->is_slice ? 8 : 1);
    memory_info_2 memory = {
        out->version, VALUE(memory_total) / (d->is_slice ? 7 : 1), VALUE(memory_reserved), 0, used};
    int state = ask(d, K_memory_reserved);
    if (state) return state;
    ANSWER(d, memory_used, out, memory);
}
int nvmlDeviceGetRemappedRows(device *d, unsigned *corrected, unsigned *uncorrected, unsigned *pending, unsigned *failed)
{
    *uncorrected = VALUE(remapped_uncorrected), *pending = VALUE(remap_pending), *failed = VALUE(remap_failed);
    ANSWER(d, remapped_corrected, corrected, VALUE(remapped_corrected));
}
#endif
