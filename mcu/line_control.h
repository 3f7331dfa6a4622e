/* mcu/line_control.h - keeps all receivers on the right rung, the line below its cap and the
 * machine in step.
 *
 *   every second:  CpuGovernor: frame rate, and which tiers may run
 *   every 100 ms:  control -> net: each receiver's estimate, queue and losses, the line's use
 *                  net -> control: TierChoice for each, then LineGovernor over all rooms
 *                  control -> net: where each receiver stands from now on
 *                  control:        encoders on and off, their rates; what cameras may send
 *
 * Control thread, with its half on the net thread inside. */
#pragma once
#include "config/config.h"
#include "mcu/cpu_governor.h"
#include "mcu/line_governor.h"
#include "mcu/room.h"

typedef struct LineControl LineControl;

/* @rooms: of Room; borrowed, as all. */
LineControl *line_control_new(const MediaContext *context, const Config *config, GPtrArray *rooms) ON_CONTROL;
/* Before the rooms. The net thread must still run. */
void         line_control_free(LineControl *self) ON_CONTROL;

/* From now on, as when the provider's contract or the spare line is another. */
void    line_control_set_limits(LineControl *self, const LineLimits *limits) ON_CONTROL;
typedef struct {
  LineLimits limits;
  LinePlan   plan;
  LineStats  line;             /* as of the last round, at most 0.1 s old */
  CpuGovernorOrder cpu;
} LineControlFigures;
void    line_control_figures(const LineControl *self, LineControlFigures *out) ON_CONTROL;
/* (transfer full): limits, budget, committed, used, the fullest 100 ms of the last second. */
json_t *line_control_json(const LineControl *self) ON_CONTROL;
