/* config/config_rules.h - what texts of the configuration may be.
 *
 * Each rule is a ConfigTextRule: NULL if @text will do, otherwise what is allowed. None
 * accepts "". The same rules stand in diemcau.schema.json; a test compares them. */
#pragma once

const char *config_rule_id(const char *text);          /* [a-z0-9-]{1,63}                   */
const char *config_rule_name(const char *text);        /* 1 to 120 characters, one visible  */
const char *config_rule_file(const char *text);        /* 1 to 1024 characters              */
const char *config_rule_ip(const char *text);          /* an IP address                     */
const char *config_rule_loopback(const char *text);    /* 127.0.0.0/8 or ::1                */
const char *config_rule_host_ip(const char *text);     /* an IP address of one host         */
const char *config_rule_stun_server(const char *text); /* host:port                         */
const char *config_rule_via(const char *text);         /* line or lan                       */
const char *config_rule_admission(const char *text);   /* open or lobby                     */
const char *config_rule_before_session(const char *text);  /* together or waiting           */
const char *config_rule_key(const char *text);         /* a PEM file or a PKCS#11 URI       */
const char *config_rule_url(const char *text);         /* http:// or https://               */
const char *config_rule_secret(const char *text);      /* 16 to 256 characters              */
const char *config_rule_event(const char *text);       /* case or session                   */
const char *config_rule_log_level(const char *text);   /* error, warning, info or debug     */
