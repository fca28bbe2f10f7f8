/* A stand-in for NVIDIA's libnvidia-ml.so.1: tests drive the real pynvml against it.
 *
 *   gcc -shared -fPIC -Wl,-soname,libnvidia-ml.so.1 -o libnvidia-ml.so.1 fake_nvml.c
 *
 * It obeys the file named by FAKE_NVML_CONTROL, one "key value" a line, read again at each start, count and
 * utilisation call, so that a test can change its mind while the program runs:
 *
 *   gpus N            how many GPUs (8)              lost N            GPU N answers "GPU is lost"
 *   no_fan N          GPU N has no fan               no_permission N   GPU N refuses its ECC counters
 *   reversed 1        devices in the other order     init_error CODE   nvmlInit fails
 *   gone 1            every call: not initialised    garbage N         GPU N reports 0xFFFFFFFF watts
 *   removed N         GPU N is not listed any more
 *
 * With FAKE_NVML_DRIFT in the environment load, memory, heat, power and clocks change with each reading.
 *
 * With -DOLD_DRIVER some newer functions do not exist.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SUCCESS = 0, UNINITIALIZED = 1, INVALID = 2, NOT_SUPPORTED = 3, NO_PERMISSION = 4, GPU_IS_LOST = 15 };
enum { MOST = 16 };

typedef struct { int number; } device;
typedef struct { unsigned gpu, memory; } utilization;
typedef struct { unsigned long long total, free, used; } memory_info;
typedef struct {
    uint32_t field, scope;
    int64_t timestamp, latency;
    uint32_t type, result;
    union { double d; uint32_t ui; unsigned long long ull; } value;
} field_value;

static device devices[MOST];
static struct { int gpus, lost, no_fan, no_permission, reversed, init_error, gone, garbage, removed; } control;

static unsigned drift, is_drifting; /* benches want values that move, tests want values that stay */

static void read_control(void)
{
    const char *path = getenv("FAKE_NVML_CONTROL");
    char key[32];
    int value;
    control.gpus = 8;
    control.lost = control.no_fan = control.no_permission = control.garbage = control.removed = -1;
    control.reversed = control.init_error = control.gone = 0;
    FILE *file = path ? fopen(path, "r") : NULL;
    if (!file)
        return;
    while (fscanf(file, "%31s %d", key, &value) == 2) {
        if (!strcmp(key, "gpus")) control.gpus = value > MOST ? MOST : value;
        else if (!strcmp(key, "lost")) control.lost = value;
        else if (!strcmp(key, "no_fan")) control.no_fan = value;
        else if (!strcmp(key, "no_permission")) control.no_permission = value;
        else if (!strcmp(key, "reversed")) control.reversed = value;
        else if (!strcmp(key, "init_error")) control.init_error = value;
        else if (!strcmp(key, "gone")) control.gone = value;
        else if (!strcmp(key, "garbage")) control.garbage = value;
        else if (!strcmp(key, "removed")) control.removed = value;
    }
    fclose(file);
}

static int state_of(device *d)
{
    if (control.gone) return UNINITIALIZED;
    return d->number == control.lost ? GPU_IS_LOST : SUCCESS;
}

#define ANSWER(d, out, value) do { int state = state_of(d); if (state) return state; *(out) = (value); return SUCCESS; } while (0)

int nvmlInitWithFlags(unsigned flags)
{
    (void)flags;
    read_control();
    is_drifting = getenv("FAKE_NVML_DRIFT") != NULL;
    for (int i = 0; i < MOST; i++) devices[i].number = i;
    return control.init_error;
}
int nvmlInit_v2(void) { return nvmlInitWithFlags(0); }
int nvmlShutdown(void) { return control.gone ? UNINITIALIZED : SUCCESS; }
const char *nvmlErrorString(int code) { (void)code; return "an error of the fake driver"; }

int nvmlSystemGetDriverVersion(char *text, unsigned length)
{
    snprintf(text, length, "580.95.05");
    return control.gone ? UNINITIALIZED : SUCCESS;
}

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

int nvmlDeviceGetName(device *d, char *text, unsigned length)
{
    snprintf(text, length, "NVIDIA GeForce RTX 3090");
    return state_of(d);
}
int nvmlDeviceGetUUID(device *d, char *text, unsigned length)
{
    snprintf(text, length, "GPU-00000000-0000-4000-8000-%012d", d->number);
    return state_of(d);
}
int nvmlDeviceGetUtilizationRates(device *d, utilization *out)
{
    read_control();
    drift = is_drifting ? (drift + 5) % 63 : 0;
    utilization rates = {90 + d->number - drift, 40 + d->number};
    ANSWER(d, out, rates);
}
int nvmlDeviceGetMemoryInfo(device *d, memory_info *out)
{
    memory_info memory = {25769803776ULL, 5769803776ULL, 20000000000ULL - 99999999ULL * drift};
    ANSWER(d, out, memory);
}
int nvmlDeviceGetTemperature(device *d, int sensor, unsigned *out) { (void)sensor; ANSWER(d, out, 60 + d->number - drift / 4); }
int nvmlDeviceGetTemperatureThreshold(device *d, int kind, unsigned *out) { (void)kind; ANSWER(d, out, 93); }
int nvmlDeviceGetPowerUsage(device *d, unsigned *out)
{
    ANSWER(d, out, d->number == control.garbage ? 0xFFFFFFFFu : 331500u - 1000u * drift);
}
int nvmlDeviceGetEnforcedPowerLimit(device *d, unsigned *out) { ANSWER(d, out, 350000); }
int nvmlDeviceGetFanSpeed(device *d, unsigned *out)
{
    if (d->number == control.no_fan) return NOT_SUPPORTED;
    ANSWER(d, out, 64);
}
int nvmlDeviceGetClockInfo(device *d, int kind, unsigned *out)
{
    static const unsigned clocks[] = {1755, 1755, 9751, 1545};
    ANSWER(d, out, clocks[kind & 3] - 15 * drift);
}
int nvmlDeviceGetPerformanceState(device *d, unsigned *out) { ANSWER(d, out, 2); }
int nvmlDeviceGetCurrPcieLinkGeneration(device *d, unsigned *out) { ANSWER(d, out, 3); }
int nvmlDeviceGetCurrPcieLinkWidth(device *d, unsigned *out) { ANSWER(d, out, 8); }
int nvmlDeviceGetMaxPcieLinkGeneration(device *d, unsigned *out) { ANSWER(d, out, 4); }
int nvmlDeviceGetMaxPcieLinkWidth(device *d, unsigned *out) { ANSWER(d, out, 16); }
int nvmlDeviceGetCurrentClocksThrottleReasons(device *d, unsigned long long *out) { ANSWER(d, out, 0x4ULL | 0x20ULL); }
int nvmlDeviceGetTotalEccErrors(device *d, int type, int counter, unsigned long long *out)
{
    (void)type, (void)counter;
    if (d->number == control.no_permission) return NO_PERMISSION;
    ANSWER(d, out, 0);
}
int nvmlDeviceGetFieldValues(device *d, int count, field_value *values)
{
    int state = state_of(d);
    for (int i = 0; i < count; i++) {
        values[i].result = values[i].field == 82 ? SUCCESS : NOT_SUPPORTED;
        values[i].type = 1;
        values[i].value.ui = 98;
    }
    return state;
}
#ifndef OLD_DRIVER
int nvmlDeviceGetEncoderUtilization(device *d, unsigned *out, unsigned *period) { *period = 1000; ANSWER(d, out, 1); }
int nvmlDeviceGetDecoderUtilization(device *d, unsigned *out, unsigned *period) { *period = 1000; ANSWER(d, out, 2); }
#endif
