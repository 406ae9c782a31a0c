export default {
  loading: "Cargando Amazon Pay…",
  sign_in: "Inicie sesión con su cuenta de Amazon para continuar.",
  signing_in: "Continúe en la ventana de Amazon. Si no hay ninguna, pulse otra vez el botón.",
  signed_in: "Ha iniciado sesión con su cuenta de Amazon.",
  choose_address: "Elija una dirección de entrega.",
  choose_payment: "Elija un método de pago.",
  give_consent: "Acepte los pagos recurrentes.",
  ready: "Todo está elegido. Ya puede realizar su pedido.",
  go_on: "Todo está elegido. Puede ir al paso siguiente.",
  ready_to_add: "Todo está elegido. Ya puede añadirlo a su pedido.",
  unresolved:
    "Aún no sabemos si su pedido se ha registrado y lo estamos comprobando. Puede preguntarlo ahora con el botón: no paga dos veces.",
  placing: "Su pedido se está realizando. Puede tardar hasta dos minutos.",
  adding: "Se está añadiendo a su pedido. Puede tardar hasta dos minutos.",
  confirming: "Va a pasar a la página siguiente.",
  placed: "Gracias. Su pedido se ha realizado.",
  added: "Gracias. Se ha añadido a su pedido.",
  declined_payment: "Su método de pago ha sido rechazado. Elija otro e inténtelo de nuevo.",
  declined_try_again: "El pago no se ha completado. Inténtelo de nuevo.",
  declined_over: "El pago ha sido rechazado. Elija de nuevo o pague de otra manera.",
  expiring: "Su sesión de Amazon termina en unos minutos. Realice pronto su pedido.",
  expired: "Su sesión de Amazon ha terminado. Inicie sesión de nuevo.",
  unavailable: "Amazon Pay no está disponible en este momento.",
  order_number: "Su número de pedido es {}.",
  form_invalid: "Corrija los campos señalados.",
  order_vetoed: "El pedido no se ha enviado: compruebe sus datos.",
  first_order_missing:
    "No encontramos su pedido en esta ventana. Está en su confirmación; si no tiene ninguna, haga primero un pedido.",
  upsell_over: "Esta oferta ha terminado: su pedido está completo sin ella.",
  upsell_taken: "Ya forma parte de su pedido.",
  nothing_to_review: "Aún no hay nada elegido: vuelva a la página anterior.",
  storage_blocked:
    "Su navegador no guarda nada para la página siguiente: permita que esta tienda guarde datos.",
  not_ready: "El pedido no se puede realizar ahora.",
  amazon_unreachable:
    "No se ha podido cargar Amazon Pay: lo ha impedido un bloqueador de anuncios, una directiva o la red.",
  amazon_timeout: "Amazon Pay no se ha iniciado a tiempo: inténtelo de nuevo.",
  widget_timeout: "Una parte de Amazon Pay no ha aparecido a tiempo: vuelva a cargar esta página.",
  popup_blocked:
    "Su navegador ha bloqueado la ventana de Amazon: permita aquí las ventanas emergentes y pulse otra vez el botón.",
  sign_in_denied:
    "El inicio de sesión se ha rechazado: inicie sesión de nuevo para pagar con Amazon.",
  backend_unreachable:
    "La respuesta de la tienda no ha llegado. Inténtelo de nuevo: el pedido no se realiza dos veces.",
  backend_timeout:
    "La tienda no ha respondido a tiempo. Inténtelo de nuevo: el pedido no se realiza dos veces.",
  outcome_unknown:
    "Nadie sabe aún si el pedido existe. No pague otra vez: pregunte primero a la tienda.",
  order_stale: "Amazon ha cerrado este pedido al cabo de un tiempo: elija de nuevo.",
  token_refused: "Su sesión de Amazon ha terminado: inicie sesión de nuevo.",
  declined: "El pago ha sido rechazado.",
  wasm_unavailable: "Amazon Pay no ha podido iniciarse en este navegador.",
  module_crashed:
    "Amazon Pay se ha detenido. Vuelva a cargar esta página: un pedido en curso se encuentra y no se realiza dos veces.",
};
